SELECT
    ErrorType, CurlCode, HttpStatus, Host,
    count(*) AS failures,
    count(DISTINCT DeviceId) AS docks,
    count(DISTINCT Site) AS sites,
    epoch_ns(min(Timestamp)),
    epoch_ns(max(Timestamp)),
    arg_max(TraceId, (Timestamp, TraceId))
FROM requests
WHERE Failed
GROUP BY ErrorType, CurlCode, HttpStatus, Host
ORDER BY failures DESC, ErrorType, CurlCode, HttpStatus, Host
