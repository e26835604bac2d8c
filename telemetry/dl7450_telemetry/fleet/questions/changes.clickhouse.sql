, cells AS (
    SELECT
        Timestamp >= fromUnixTimestamp64Nano({since:Int64}) AS now, Site, ServiceName, Release, Host,
        count() AS asked,
        countIf(Failed) AS failed
    FROM requests
    GROUP BY now, Site, ServiceName, Release, Host
), pairs AS (
    SELECT now, asked, failed, arrayJoin([
        ('site', toString(Site)), ('app', toString(ServiceName)),
        ('release', concat(ServiceName, ' ', Release)), ('host', toString(Host))
    ]) AS pair
    FROM cells
), sums AS (
    SELECT
        pair.1 AS attribute,
        pair.2 AS value,
        sumIf(asked, now) AS asked_now,
        sumIf(failed, now) AS failed_now,
        sumIf(failed, NOT now) / nullIf(sumIf(asked, NOT now), 0) AS rate_before
    FROM pairs
    GROUP BY attribute, value
)
SELECT
    attribute, value, asked_now, failed_now, failed_now / nullIf(asked_now, 0), rate_before,
    failed_now - coalesce(rate_before, 0) * asked_now AS excess
FROM sums
WHERE excess > 0
ORDER BY excess DESC, attribute, value
