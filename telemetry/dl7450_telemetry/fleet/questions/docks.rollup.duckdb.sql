, numbered AS MATERIALIZED (
    SELECT Resource, DeviceId, min(Resource) OVER (PARTITION BY DeviceId) AS Dock FROM resources
), sums AS (
    SELECT Dock, Took, sum(Requests)::BIGINT AS n FROM dock_times JOIN numbered USING (Resource) GROUP BY Dock, Took
), p95s AS (
    SELECT Dock, min(took) FILTER (upto >= 95 * of) AS p95
    FROM (
        SELECT Dock, duration_of(Took) AS took, 100 * sum(n) OVER (PARTITION BY Dock ORDER BY Took) AS upto,
            sum(n) OVER (PARTITION BY Dock) AS of
        FROM sums
    )
    GROUP BY Dock
), quantiles AS (
    SELECT DeviceId, p95 FROM p95s JOIN numbered ON numbered.Resource = p95s.Dock
), cells AS MATERIALIZED (
    SELECT
        Resource, Slot // $coarse * $coarse AS time, sum(Requests)::BIGINT AS requests,
        coalesce(sum(Requests) FILTER (Failed), 0)::BIGINT AS failures,
        coalesce(max(Last) FILTER (NOT Failed), 0) AS last_success,
        max(Last) AS last
    FROM requests
    GROUP BY Resource, time
), docks AS MATERIALIZED (
    SELECT
        DeviceId,
        arg_max(Site, last) AS site,
        arg_max(ServiceName, last) AS app,
        arg_max(Release, last) AS release,
        sum(requests)::BIGINT AS requests,
        sum(failures)::BIGINT AS failures,
        max(last_success) AS last_success,
        max(last) AS last_seen
    FROM cells JOIN resources USING (Resource)
    GROUP BY DeviceId
), failed AS MATERIALIZED (
    SELECT DeviceId, ErrorType, Requests, First
    FROM (SELECT * FROM requests WHERE Failed) JOIN resources USING (Resource)
), errors AS (
    SELECT DeviceId, arg_max(ErrorType, n) AS error, min(first) AS first_failure
    FROM (SELECT DeviceId, ErrorType, sum(Requests) AS n, min(First) AS first FROM failed GROUP BY DeviceId, ErrorType)
    GROUP BY DeviceId
), failing AS (
    SELECT failed.DeviceId, min(First) AS since
    FROM failed JOIN docks ON docks.DeviceId = failed.DeviceId
    WHERE First > last_success
    GROUP BY failed.DeviceId
), sparks AS (
    SELECT DeviceId, list({'time': time, 'requests': requests, 'failures': failures} ORDER BY time) AS spark
    FROM (
        SELECT DeviceId, time, sum(requests)::BIGINT AS requests, sum(failures)::BIGINT AS failures
        FROM cells JOIN resources USING (Resource)
        GROUP BY DeviceId, time
    )
    GROUP BY DeviceId
)
SELECT
    docks.DeviceId, site, app, release, requests, failures, failures / requests, error, failing.since,
    errors.first_failure, p95, last_seen, spark
FROM docks
LEFT JOIN quantiles ON quantiles.DeviceId = docks.DeviceId
LEFT JOIN errors ON errors.DeviceId = docks.DeviceId
LEFT JOIN failing ON failing.DeviceId = docks.DeviceId
LEFT JOIN sparks ON sparks.DeviceId = docks.DeviceId
ORDER BY failures DESC, docks.DeviceId
