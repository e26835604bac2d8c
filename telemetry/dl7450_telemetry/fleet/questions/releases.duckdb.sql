, each AS (
    SELECT
        ServiceName AS app,
        Release AS release,
        count(DISTINCT DeviceId) AS docks,
        count(*) AS requests,
        count(*) FILTER (Failed) AS failures,
        quantile_disc(Duration, [0.5, 0.95]) AS p,
        mode(ErrorType) FILTER (Failed) AS error,
        min(Timestamp) AS first_seen,
        max(Timestamp) AS last_seen
    FROM requests
    GROUP BY app, release
), slots AS (
    SELECT
        ServiceName AS app, Release AS release, epoch_ns(Timestamp) // $coarse AS slot,
        count(*)::DOUBLE AS n, count(*) FILTER (Failed)::DOUBLE AS k
    FROM requests
    GROUP BY app, release, slot
), compared AS (
    SELECT
        app, release,
        sum(n)::BIGINT AS compared,
        sum(k_all - k) / sum(n_all - n) AS rest_rate,
        (sum(k) - sum(n * k_all / n_all))
            / nullif(sqrt(sum(n * (n_all - n) * k_all * (n_all - k_all) / (n_all * n_all * (n_all - 1)))), 0) AS z
    FROM (
        SELECT app, release, n, k, sum(n) OVER beside AS n_all, sum(k) OVER beside AS k_all
        FROM slots
        WINDOW beside AS (PARTITION BY app, slot)
    )
    WHERE n_all > n
    GROUP BY app, release
)
SELECT
    app, release, docks, requests, failures, failures / requests, coalesce(compared, 0), rest_rate, z, p[1], p[2],
    error, epoch_ns(first_seen), epoch_ns(last_seen)
FROM each LEFT JOIN compared USING (app, release)
ORDER BY app, first_seen, release
