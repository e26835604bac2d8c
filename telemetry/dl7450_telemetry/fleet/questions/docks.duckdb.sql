, docks AS MATERIALIZED (
    SELECT
        DeviceId,
        arg_max(Site, Timestamp) AS site,
        arg_max(ServiceName, Timestamp) AS app,
        arg_max(Release, Timestamp) AS release,
        count(*) AS requests,
        count(*) FILTER (Failed) AS failures,
        mode(ErrorType) FILTER (Failed) AS error,
        min(Timestamp) FILTER (Failed) AS first_failure,
        coalesce(max(Timestamp) FILTER (NOT Failed), make_timestamp_ns(0)) AS last_success,
        quantile_disc(Duration, 0.95) AS p95,
        max(Timestamp) AS last_seen
    FROM requests
    GROUP BY DeviceId
), failing AS (
    SELECT requests.DeviceId, min(Timestamp) AS since
    FROM requests JOIN docks ON docks.DeviceId = requests.DeviceId
    WHERE Failed AND Timestamp > last_success
    GROUP BY requests.DeviceId
), cells AS (
    SELECT DeviceId, epoch_ns(Timestamp) // $coarse * $coarse AS time, count(*) AS requests,
        count(*) FILTER (Failed) AS failures
    FROM requests
    GROUP BY DeviceId, time
), sparks AS (
    SELECT DeviceId, list({'time': time, 'requests': requests, 'failures': failures} ORDER BY time) AS spark
    FROM cells
    GROUP BY DeviceId
)
SELECT
    docks.DeviceId, site, app, release, requests, failures, failures / requests, error, epoch_ns(failing.since),
    epoch_ns(first_failure), p95, epoch_ns(last_seen), spark
FROM docks
LEFT JOIN failing ON failing.DeviceId = docks.DeviceId
LEFT JOIN sparks ON sparks.DeviceId = docks.DeviceId
ORDER BY failures DESC, docks.DeviceId
