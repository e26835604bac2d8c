, failures AS (
    SELECT
        ErrorType, CurlCode, HttpStatus, Host, Resource, sum(Requests) AS n, min(First) AS first, max(Last) AS last,
        max((Last, TraceId)) AS newest
    FROM requests
    WHERE Failed
    GROUP BY ErrorType, CurlCode, HttpStatus, Host, Resource
)
SELECT
    ErrorType, CurlCode, HttpStatus, Host,
    sum(n)::BIGINT AS failures,
    count(DISTINCT DeviceId) AS docks,
    count(DISTINCT Site) AS sites,
    min(first),
    max(last),
    max(newest)[2]
FROM failures JOIN resources USING (Resource)
GROUP BY ErrorType, CurlCode, HttpStatus, Host
ORDER BY failures DESC, ErrorType, CurlCode, HttpStatus, Host
