, events AS (
    SELECT ServiceName, Release, DeviceId, Timestamp, event.1 AS name, event.2 AS attributes
    FROM spans ARRAY JOIN arrayZip(Events.Name, Events.Attributes) AS event
    WHERE has(Events.Name, 'trio.blocked')
)
SELECT
    ServiceName, Release, attributes['trio.task.name'] AS task, attributes['code.stacktrace'] AS stack,
    uniqExact(DeviceId), count() AS times, toUnixTimestamp64Nano(max(Timestamp))
FROM events
WHERE name = 'trio.blocked'
GROUP BY ServiceName, Release, task, stack
ORDER BY times DESC, ServiceName, Release, task, stack
