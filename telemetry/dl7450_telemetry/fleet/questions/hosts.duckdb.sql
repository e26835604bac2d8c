SELECT
    Host,
    count(*),
    count(*) FILTER (Failed),
    count(*) FILTER (Failed) / count(*),
    approx_quantile(Duration, 0.5),
    approx_quantile(Duration, 0.95),
    approx_quantile(Duration, 0.99)
FROM requests
GROUP BY Host
ORDER BY count(*) DESC, Host
