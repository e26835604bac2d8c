, buckets AS (
    SELECT Phase, Took, sum(Times)::BIGINT AS n FROM phases GROUP BY Phase, Took
)
SELECT
    Phase, any_value(of), min(took) FILTER (upto >= 50 * of), min(took) FILTER (upto >= 95 * of),
    min(took) FILTER (upto >= 99 * of)
FROM (
    SELECT Phase, duration_of(Took) AS took, 100 * sum(n) OVER (PARTITION BY Phase ORDER BY Took) AS upto,
        (sum(n) OVER (PARTITION BY Phase))::BIGINT AS of
    FROM buckets
)
GROUP BY Phase
ORDER BY CASE Phase WHEN 'DNS' THEN 1 WHEN 'connect' THEN 2 WHEN 'TLS' THEN 3 WHEN 'first byte' THEN 4 ELSE 5 END
