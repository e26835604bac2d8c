, sums AS MATERIALIZED (
    SELECT Resource, Failed, ErrorType, sum(Requests)::BIGINT AS n, min(First) AS first
    FROM requests
    GROUP BY Resource, Failed, ErrorType
), totals AS (
    SELECT
        ServiceName AS app, Release AS release, count(DISTINCT DeviceId) AS docks, sum(n)::BIGINT AS requests,
        coalesce(sum(n) FILTER (Failed), 0)::BIGINT AS failures, min(first) AS first_seen
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
), compared AS (
    SELECT
        *,
        sum(requests) OVER app - requests AS rest,
        sum(failures) OVER app - failures AS rest_failures,
        sum(failures) OVER app / sum(requests) OVER app AS rate
    FROM each
    WINDOW app AS (PARTITION BY app)
)
SELECT
    app, release, docks, requests, failures,
    failures / requests AS failure_rate,
    rest_failures / nullif(rest, 0) AS rest_rate,
    (failures / requests - rest_failures / nullif(rest, 0))
        / nullif(sqrt(rate * (1 - rate) * (1 / requests + 1 / nullif(rest, 0))), 0) AS z,
    p50, p95, error, first_seen
FROM compared
ORDER BY app, first_seen, release
