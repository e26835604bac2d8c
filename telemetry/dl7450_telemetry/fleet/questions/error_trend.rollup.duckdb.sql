, failures AS (
    SELECT ErrorType, First // $step * $step AS time, Resource, sum(Requests) AS n
    FROM requests
    WHERE Failed
    GROUP BY ErrorType, time, Resource
)
SELECT ErrorType AS error, time, sum(n)::BIGINT AS failures, count(DISTINCT DeviceId) AS docks
FROM failures JOIN resources USING (Resource)
GROUP BY error, time
ORDER BY error, time
