, sums_of_resources AS (
    SELECT
        Slot >= $since AS now, Resource, Host, sum(Requests)::BIGINT AS asked,
        coalesce(sum(Requests) FILTER (Failed), 0)::BIGINT AS failed
    FROM requests
    GROUP BY now, Resource, Host
), cells AS (
    SELECT now, Site, ServiceName, Release, Host, sum(asked) AS asked, sum(failed) AS failed
    FROM sums_of_resources JOIN resources USING (Resource)
    GROUP BY now, Site, ServiceName, Release, Host
), pairs AS (
    SELECT now, asked, failed, unnest([
        {'attribute': 'site', 'value': Site}, {'attribute': 'app', 'value': ServiceName},
        {'attribute': 'release', 'value': ServiceName || ' ' || Release}, {'attribute': 'host', 'value': Host}
    ]) AS pair
    FROM cells
), sums AS (
    SELECT
        pair.attribute AS attribute,
        pair.value AS value,
        sum(if(now, asked, 0))::BIGINT AS asked_now,
        sum(if(now, failed, 0))::BIGINT AS failed_now,
        sum(if(now, 0, failed)) / nullif(sum(if(now, 0, asked)), 0) AS rate_before
    FROM pairs
    GROUP BY attribute, value
)
SELECT
    attribute, value, asked_now, failed_now, failed_now / nullif(asked_now, 0), rate_before,
    failed_now - coalesce(rate_before, 0) * asked_now AS excess
FROM sums
WHERE excess > 0
ORDER BY excess DESC, attribute, value
