-- `now` is the window, `week before` the seven days in front of it.
, seen AS (
    SELECT Timestamp >= make_timestamp_ns($since) AS now, DeviceId, max(Timestamp) AS last
    FROM spans
    GROUP BY now, DeviceId
), asked AS (
    SELECT
        Timestamp >= make_timestamp_ns($since) AS now, DeviceId, count(*) AS requests,
        count(*) FILTER (Failed) AS failures
    FROM requests
    GROUP BY now, DeviceId
), docks AS MATERIALIZED (
    SELECT now, DeviceId, last, coalesce(requests, 0) AS requests, coalesce(failures, 0) AS failures
    FROM seen LEFT JOIN asked USING (now, DeviceId)
), times AS (
    SELECT
        Timestamp >= make_timestamp_ns($since) AS now,
        quantile_disc(Duration, [0.5, 0.95]) AS p
    FROM requests
    GROUP BY now
)
SELECT
    if(now, 'now', 'week before') AS period,
    count(*) AS docks,
    count(*) FILTER (failures > 0) AS failing,
    if(now, (
        SELECT count(*) FROM (SELECT max(last) AS last FROM docks GROUP BY DeviceId)
        WHERE epoch_ns(last) < $until - $silence
    ), NULL) AS silent,
    sum(requests)::BIGINT AS requests,
    sum(failures)::BIGINT AS failures,
    sum(failures) / nullif(sum(requests), 0) AS failure_rate,
    any_value(p)[1] AS p50,
    any_value(p)[2] AS p95
FROM docks LEFT JOIN times USING (now)
GROUP BY now
ORDER BY now DESC
