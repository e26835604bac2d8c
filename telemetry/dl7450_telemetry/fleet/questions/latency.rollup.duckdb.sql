, buckets AS (
    SELECT
        Slot // $step * $step AS time, Took, sum(Requests)::BIGINT AS asked,
        sum(Failures)::BIGINT AS failed
    FROM times
    GROUP BY time, Took
)
SELECT
    time, any_value(of), sum(failed)::BIGINT, min(took) FILTER (upto >= 50 * of), min(took) FILTER (upto >= 95 * of),
    min(took) FILTER (upto >= 99 * of)
FROM (
    SELECT time, failed, duration_of(Took) AS took, 100 * sum(asked) OVER (PARTITION BY time ORDER BY Took) AS upto,
        (sum(asked) OVER (PARTITION BY time))::BIGINT AS of
    FROM buckets
)
GROUP BY time
ORDER BY time
