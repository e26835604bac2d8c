, each AS (
    SELECT
        ServiceName AS app,
        Release AS release,
        uniqExact(DeviceId) AS docks,
        count() AS asked,
        countIf(Failed) AS failed,
        quantilesTDigest(0.5, 0.95)(Duration) AS quantiles,
        nullIf(arrayElement(topKIf(1)(ErrorType, Failed), 1), '') AS error,
        min(Timestamp) AS first_seen,
        max(Timestamp) AS last_seen
    FROM requests
    GROUP BY app, release
), slots AS (
    SELECT
        ServiceName AS app, Release AS release, intDiv(toUnixTimestamp64Nano(Timestamp), {coarse:Int64}) AS slot,
        toFloat64(count()) AS n, toFloat64(countIf(Failed)) AS k
    FROM requests
    GROUP BY app, release, slot
), compared AS (
    SELECT
        app, release,
        toInt64(sum(n)) AS compared,
        sum(k_all - k) / sum(n_all - n) AS rest_rate,
        (sum(k) - sum(n * k_all / n_all))
            / nullIf(sqrt(sum(n * (n_all - n) * k_all * (n_all - k_all) / (n_all * n_all * (n_all - 1)))), 0) AS z
    FROM (
        SELECT app, release, n, k, sum(n) OVER beside AS n_all, sum(k) OVER beside AS k_all
        FROM slots
        WINDOW beside AS (PARTITION BY app, slot)
    )
    WHERE n_all > n
    GROUP BY app, release
)
SELECT
    app, release, docks, asked, failed, failed / asked, compared, if(compared = 0, NULL, rest_rate), if(compared = 0, NULL, z),
    toInt64(round(quantiles[1])), toInt64(round(quantiles[2])), error, toUnixTimestamp64Nano(first_seen),
    toUnixTimestamp64Nano(last_seen)
FROM each LEFT JOIN compared USING (app, release)
ORDER BY app, first_seen, release
