-- `now` is the window, `week before` the seven days in front of it.
, seen AS (
    SELECT Timestamp >= fromUnixTimestamp64Nano({since:Int64}) AS now, DeviceId, max(Timestamp) AS last
    FROM spans
    GROUP BY now, DeviceId
), counted AS (
    SELECT
        Timestamp >= fromUnixTimestamp64Nano({since:Int64}) AS now, DeviceId, count() AS asked,
        countIf(Failed) AS failed
    FROM requests
    GROUP BY now, DeviceId
), docks AS (
    SELECT seen.now AS now, seen.DeviceId AS DeviceId, last, asked, failed
    FROM seen LEFT JOIN counted ON counted.now = seen.now AND counted.DeviceId = seen.DeviceId
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
