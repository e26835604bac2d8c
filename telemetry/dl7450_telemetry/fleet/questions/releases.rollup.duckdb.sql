, sums AS MATERIALIZED (
    SELECT
        Resource, Failed, ErrorType, sum(Requests)::BIGINT AS n, min(First) AS first, max(Last) AS last
    FROM requests
    GROUP BY Resource, Failed, ErrorType
), totals AS (
    SELECT
        ServiceName AS app, Release AS release, count(DISTINCT DeviceId) AS docks, sum(n)::BIGINT AS requests,
        coalesce(sum(n) FILTER (Failed), 0)::BIGINT AS failures, min(first) AS first_seen,
        max(last) AS last_seen
    FROM sums JOIN resources USING (Resource)
    GROUP BY app, release
), quantiles AS (
    SELECT app, release, min(took) FILTER (upto >= 50 * of) AS p50, min(took) FILTER (upto >= 95 * of) AS p95
    FROM (
        SELECT
            ServiceName AS app, Release AS release, duration_of(Took) AS took,
            100 * sum(sum(Requests)) OVER (PARTITION BY ServiceName, Release ORDER BY Took) AS upto,
            sum(sum(Requests)) OVER (PARTITION BY ServiceName, Release) AS of
        FROM times
        GROUP BY ServiceName, Release, Took
    )
    GROUP BY app, release
), errors AS (
    SELECT app, release, arg_max(ErrorType, n) AS error
    FROM (
        SELECT ServiceName AS app, Release AS release, ErrorType, sum(n) AS n
        FROM sums JOIN resources USING (Resource)
        WHERE Failed
        GROUP BY app, release, ErrorType
    )
    GROUP BY app, release
), each AS (
    SELECT *
    FROM totals LEFT JOIN quantiles USING (app, release) LEFT JOIN errors USING (app, release)
), slots AS (
    SELECT
        ServiceName AS app, Release AS release, Slot // $coarse AS slot,
        sum(Requests)::DOUBLE AS n, coalesce(sum(Requests) FILTER (Failed), 0)::DOUBLE AS k
    FROM requests JOIN resources USING (Resource)
    GROUP BY ServiceName, Release, Slot // $coarse
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
    app, release, docks, requests, failures, failures / requests, coalesce(compared, 0), rest_rate, z, p50, p95, error,
    first_seen, last_seen
FROM each LEFT JOIN compared USING (app, release)
ORDER BY app, first_seen, release
