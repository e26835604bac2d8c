-- `now` is the window, `week before` the seven days in front of it.
, docks AS (
    SELECT
        Timestamp >= fromUnixTimestamp64Nano({since:Int64}) AS now,
        DeviceId,
        max(Timestamp) AS last,
        countIf(IsRequest) AS asked,
        countIf(IsRequest AND StatusCode = 'Error') AS failed
    FROM spans
    GROUP BY now, DeviceId
), times AS (
    SELECT
        Timestamp >= fromUnixTimestamp64Nano({since:Int64}) AS now,
        quantilesTDigest(0.5, 0.95)(Duration) AS quantiles
    FROM requests
    GROUP BY now
)
SELECT
    if(now, 'now', 'week before'),
    count(),
    countIf(failed > 0),
    if(now, (
        SELECT count() FROM (SELECT max(last) AS latest FROM docks GROUP BY DeviceId)
        WHERE toUnixTimestamp64Nano(latest) < {until:Int64} - {silence:Int64}
    ), NULL),
    sum(asked),
    sum(failed),
    sum(failed) / nullIf(sum(asked), 0),
    toInt64(round(any(quantiles)[1])),
    toInt64(round(any(quantiles)[2]))
FROM docks LEFT JOIN times ON docks.now = times.now
GROUP BY docks.now AS now
ORDER BY now DESC
