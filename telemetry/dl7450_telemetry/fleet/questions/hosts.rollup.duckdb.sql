, buckets AS (
    SELECT Host, Took, sum(Requests)::BIGINT AS asked, sum(Failures)::BIGINT AS failed
    FROM times
    GROUP BY Host, Took
)
SELECT
    Host, any_value(of), sum(failed)::BIGINT, sum(failed) / any_value(of), min(took) FILTER (upto >= 50 * of),
    min(took) FILTER (upto >= 95 * of), min(took) FILTER (upto >= 99 * of)
FROM (
    SELECT Host, failed, duration_of(Took) AS took, 100 * sum(asked) OVER (PARTITION BY Host ORDER BY Took) AS upto,
        (sum(asked) OVER (PARTITION BY Host))::BIGINT AS of
    FROM buckets
)
GROUP BY Host
ORDER BY any_value(of) DESC, Host
