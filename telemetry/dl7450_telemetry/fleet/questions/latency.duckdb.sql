SELECT time, asked, failed, p[1], p[2], p[3]
FROM (
    SELECT
        epoch_ns(Timestamp) // $step * $step AS time,
        count(*) AS asked,
        count(*) FILTER (Failed) AS failed,
        quantile_disc(Duration, [0.5, 0.95, 0.99]) AS p
    FROM requests
    GROUP BY time
)
ORDER BY time
