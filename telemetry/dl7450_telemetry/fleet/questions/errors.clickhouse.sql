SELECT
    ErrorType, CurlCode, HttpStatus, Host,
    count() AS failures,
    uniqExact(DeviceId),
    uniqExact(Site),
    toUnixTimestamp64Nano(min(Timestamp)),
    toUnixTimestamp64Nano(max(Timestamp)),
    argMax(TraceId, (Timestamp, TraceId))
FROM requests
WHERE Failed
GROUP BY ErrorType, CurlCode, HttpStatus, Host
ORDER BY failures DESC, ErrorType, CurlCode, HttpStatus, Host
