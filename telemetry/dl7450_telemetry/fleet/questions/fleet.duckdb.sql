-- `now` is the window, `week before` the seven days in front of it.
, docks AS MATERIALIZED (
    SELECT
        Timestamp >= make_timestamp_ns($since) AS now,
        DeviceId,
        max(Timestamp) AS last,
        count(*) FILTER (IsRequest) AS requests,
        count(*) FILTER (IsRequest AND StatusCode = 'Error') AS failures
    FROM spans
    GROUP BY now, DeviceId
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
    sum(failures) / sum(requests) AS failure_rate,
    any_value(p)[1] AS p50,
    any_value(p)[2] AS p95
FROM docks LEFT JOIN times USING (now)
GROUP BY now
ORDER BY now DESC
