SELECT Host, asked, failed, failed / asked, p[1], p[2], p[3]
FROM (
    SELECT
        Host,
        count(*) AS asked,
        count(*) FILTER (Failed) AS failed,
        quantile_disc(Duration, [0.5, 0.95, 0.99]) AS p
    FROM requests
    GROUP BY Host
)
ORDER BY asked DESC, Host
