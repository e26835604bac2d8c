SELECT
    epoch_ns(Timestamp) // $step * $step AS time,
    count(*),
    count(*) FILTER (Failed),
    approx_quantile(Duration, 0.5),
    approx_quantile(Duration, 0.95),
    approx_quantile(Duration, 0.99)
FROM requests
GROUP BY time
ORDER BY time
