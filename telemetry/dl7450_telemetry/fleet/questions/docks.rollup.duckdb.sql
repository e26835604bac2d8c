-- A dock is the smallest of the numbers of its resources: numbers are grouped faster than ids.
, numbered AS MATERIALIZED (
    SELECT Resource, min(Resource) OVER (PARTITION BY DeviceId) AS Dock FROM resources
), cells AS (
    SELECT
        Dock, Slot // $coarse * $coarse AS time, sum(Requests)::BIGINT AS requests,
        coalesce(sum(Requests) FILTER (Failed), 0)::BIGINT AS failures,
        coalesce(max(Last) FILTER (NOT Failed), 0) AS last_success,
        max(Last) AS last,
        arg_max(Resource, Last) AS newest
    FROM requests JOIN numbered USING (Resource)
    GROUP BY Dock, time
), docks AS MATERIALIZED (
    SELECT
        Dock, arg_max(newest, last) AS newest, sum(requests)::BIGINT AS requests, sum(failures)::BIGINT AS failures,
        max(last_success) AS last_success, max(last) AS last_seen,
        list({'time': time, 'requests': requests, 'failures': failures} ORDER BY time) AS spark
    FROM cells
    GROUP BY Dock
), errors AS (
    SELECT Dock, arg_max(ErrorType, n) AS error, min(first) AS first_failure, min(since) AS since
    FROM (
        SELECT
            Dock, ErrorType, sum(failed.Requests) AS n, min(First) AS first,
            min(First) FILTER (First > last_success) AS since
        FROM (SELECT * FROM requests WHERE Failed) AS failed JOIN numbered USING (Resource) JOIN docks USING (Dock)
        GROUP BY Dock, ErrorType
    )
    GROUP BY Dock
-- The 95th percentile is first looked for in fifths of a decade, and then in that fifth.
), fifths AS (
    SELECT Resource, Took // 20 AS fifth, sum(Requests)::BIGINT AS n FROM dock_times GROUP BY Resource, fifth
), found AS (
    SELECT
        Dock, min(fifth) FILTER (upto >= wanted) AS fifth,
        any_value(wanted) - coalesce(max(upto) FILTER (upto < wanted), 0) AS wanted
    FROM (
        SELECT Dock, fifth, 100 * sum(n) OVER (PARTITION BY Dock ORDER BY fifth) AS upto,
            95 * sum(n) OVER (PARTITION BY Dock) AS wanted
        FROM fifths JOIN numbered USING (Resource)
    )
    GROUP BY Dock
), sums AS (
    SELECT Dock, Took, any_value(wanted) AS wanted, sum(Requests)::BIGINT AS n
    FROM dock_times JOIN (SELECT * FROM numbered JOIN found USING (Dock)) AS place
        ON dock_times.Resource = place.Resource AND Took >= 20 * fifth AND Took < 20 * fifth + 20
    GROUP BY Dock, Took
), quantiles AS (
    SELECT Dock, min(took) FILTER (upto >= wanted) AS p95
    FROM (
        SELECT Dock, wanted, duration_of(Took) AS took, 100 * sum(n) OVER (PARTITION BY Dock ORDER BY Took) AS upto
        FROM sums
    )
    GROUP BY Dock
)
SELECT
    DeviceId, Site, ServiceName, Release, requests, failures, failures / requests, error, since, first_failure, p95,
    last_seen, spark
FROM docks
JOIN resources ON Resource = newest
LEFT JOIN quantiles ON quantiles.Dock = docks.Dock
LEFT JOIN errors ON errors.Dock = docks.Dock
ORDER BY failures DESC, DeviceId
