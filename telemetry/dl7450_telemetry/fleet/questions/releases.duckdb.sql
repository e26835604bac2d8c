, each AS (
    SELECT
        ServiceName AS app,
        Release AS release,
        count(DISTINCT DeviceId) AS docks,
        count(*) AS requests,
        count(*) FILTER (Failed) AS failures,
        quantile_disc(Duration, [0.5, 0.95]) AS p,
        mode(ErrorType) FILTER (Failed) AS error,
        min(Timestamp) AS first_seen
    FROM requests
    GROUP BY app, release
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
    p[1], p[2], error, epoch_ns(first_seen)
FROM compared
ORDER BY app, first_seen, release
