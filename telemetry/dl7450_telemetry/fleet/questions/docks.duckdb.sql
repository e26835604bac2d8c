, docks AS (
    SELECT
        DeviceId AS dock,
        arg_max(Site, Timestamp) AS site,
        arg_max(ServiceName, Timestamp) AS app,
        arg_max(Release, Timestamp) AS release,
        count(*) AS requests,
        count(*) FILTER (Failed) AS failures,
        mode(ErrorType) FILTER (Failed) AS error,
        max(Timestamp) FILTER (NOT Failed) AS last_success,
        approx_quantile(Duration, 0.95) AS p95,
        max(Timestamp) AS last_seen
    FROM requests
    GROUP BY dock
), failing AS (
    SELECT dock, min(Timestamp) AS failing_since
    FROM requests JOIN docks ON dock = DeviceId
    WHERE Failed AND (last_success IS NULL OR Timestamp > last_success)
    GROUP BY dock
)
SELECT
    dock, site, app, release, requests, failures, failures / requests AS failure_rate, error,
    epoch_ns(failing_since), p95, epoch_ns(last_seen)
FROM docks LEFT JOIN failing USING (dock)
ORDER BY failures DESC, dock
