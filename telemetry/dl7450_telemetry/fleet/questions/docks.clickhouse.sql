, docks AS (
    SELECT
        DeviceId,
        argMax(Site, Timestamp) AS site,
        argMax(ServiceName, Timestamp) AS app,
        argMax(Release, Timestamp) AS release,
        count() AS asked,
        countIf(Failed) AS failed,
        nullIf(arrayElement(topKIf(1)(ErrorType, Failed), 1), '') AS error,
        minIf(Timestamp, Failed) AS first_failure,
        maxIf(Timestamp, NOT Failed) AS last_success,
        quantileTDigest(0.95)(Duration) AS p95,
        max(Timestamp) AS last_seen
    FROM requests
    GROUP BY DeviceId
), failing AS (
    SELECT requests.DeviceId AS DeviceId, min(Timestamp) AS since
    FROM requests JOIN docks ON docks.DeviceId = requests.DeviceId
    WHERE Failed AND Timestamp > last_success
    GROUP BY requests.DeviceId
), cells AS (
    SELECT
        DeviceId,
        intDiv(toUnixTimestamp64Nano(Timestamp), {coarse:Int64}) * {coarse:Int64} AS time,
        count() AS asked,
        countIf(Failed) AS failed
    FROM requests
    GROUP BY DeviceId, time
), sparks AS (
    SELECT DeviceId, arraySort(groupArray(map('time', time, 'requests', toInt64(asked), 'failures', toInt64(failed)))) AS spark
    FROM cells
    GROUP BY DeviceId
)
SELECT
    docks.DeviceId, site, app, release, asked, failed, failed / asked, error,
    if(toUnixTimestamp64Nano(failing.since) = 0, NULL, toUnixTimestamp64Nano(failing.since)),
    if(failed = 0, NULL, toUnixTimestamp64Nano(first_failure)),
    toInt64(round(p95)), toUnixTimestamp64Nano(last_seen), spark
FROM docks
LEFT JOIN failing ON failing.DeviceId = docks.DeviceId
LEFT JOIN sparks ON sparks.DeviceId = docks.DeviceId
ORDER BY failed DESC, docks.DeviceId
