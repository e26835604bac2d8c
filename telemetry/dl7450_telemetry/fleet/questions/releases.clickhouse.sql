, each AS (
    SELECT
        ServiceName AS app,
        Release AS release,
        uniqExact(DeviceId) AS docks,
        count() AS asked,
        countIf(Failed) AS failed,
        quantilesTDigest(0.5, 0.95)(Duration) AS quantiles,
        nullIf(arrayElement(topKIf(1)(ErrorType, Failed), 1), '') AS error,
        min(Timestamp) AS first_seen
    FROM requests
    GROUP BY app, release
), compared AS (
    SELECT
        *,
        nullIf(sum(asked) OVER (PARTITION BY app) - asked, 0) AS rest,
        sum(failed) OVER (PARTITION BY app) - failed AS rest_failed,
        sum(failed) OVER (PARTITION BY app) / sum(asked) OVER (PARTITION BY app) AS rate
    FROM each
)
SELECT
    app, release, docks, asked, failed, failed / asked, rest_failed / rest,
    (failed / asked - rest_failed / rest) / nullIf(sqrt(rate * (1 - rate) * (1 / asked + 1 / rest)), 0),
    toInt64(round(quantiles[1])), toInt64(round(quantiles[2])), error, toUnixTimestamp64Nano(first_seen)
FROM compared
ORDER BY app, first_seen, release
