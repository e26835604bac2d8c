-- `now` is the window, `week before` the seven days in front of it.
, seen AS (
    SELECT Slot >= $since AS now, Resource, max(Last) AS last FROM activity GROUP BY now, Resource
), asked AS (
    SELECT
        Slot >= $since AS now, Resource, sum(Requests)::BIGINT AS requests,
        coalesce(sum(Requests) FILTER (Failed), 0)::BIGINT AS failures
    FROM requests
    GROUP BY now, Resource
), docks AS MATERIALIZED (
    SELECT
        seen.now AS now, DeviceId, max(last) AS last, coalesce(sum(requests), 0) AS requests,
        coalesce(sum(failures), 0) AS failures
    FROM seen
    JOIN resources USING (Resource)
    LEFT JOIN asked ON asked.now = seen.now AND asked.Resource = seen.Resource
    GROUP BY seen.now, DeviceId
), buckets AS (
    SELECT Slot >= $since AS now, Took, sum(Requests)::BIGINT AS n FROM times GROUP BY now, Took
), quantiles AS (
    SELECT now, min(took) FILTER (upto >= 50 * of) AS p50, min(took) FILTER (upto >= 95 * of) AS p95
    FROM (
        SELECT now, duration_of(Took) AS took, 100 * sum(n) OVER (PARTITION BY now ORDER BY Took) AS upto,
            sum(n) OVER (PARTITION BY now) AS of
        FROM buckets
    )
    GROUP BY now
)
SELECT
    if(now, 'now', 'week before') AS period,
    count(*) AS docks,
    count(*) FILTER (failures > 0) AS failing,
    if(now, (
        SELECT count(*) FROM (SELECT max(last) AS last FROM docks GROUP BY DeviceId) WHERE last < $until - $silence
    ), NULL) AS silent,
    sum(requests)::BIGINT AS requests,
    sum(failures)::BIGINT AS failures,
    sum(failures) / nullif(sum(requests), 0) AS failure_rate,
    any_value(p50),
    any_value(p95)
FROM docks LEFT JOIN quantiles USING (now)
GROUP BY now
ORDER BY now DESC
