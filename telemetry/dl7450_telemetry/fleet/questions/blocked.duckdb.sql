, events AS (
    SELECT ServiceName, Release, DeviceId, Timestamp, unnest(Events.Name) AS name, unnest(Events.Attributes) AS attributes
    FROM spans
    WHERE list_contains(Events.Name, 'trio.blocked')
)
SELECT
    ServiceName, Release, attributes['trio.task.name'] AS task, attributes['code.stacktrace'] AS stack,
    count(DISTINCT DeviceId), count(*) AS times, epoch_ns(max(Timestamp))
FROM events
WHERE name = 'trio.blocked'
GROUP BY ServiceName, Release, task, stack
ORDER BY times DESC, ServiceName, Release, task, stack
