SELECT
    ErrorType AS error,
    intDiv(toUnixTimestamp64Nano(Timestamp), {step:Int64}) * {step:Int64} AS time,
    count(),
    uniqExact(DeviceId)
FROM requests
WHERE Failed
GROUP BY error, time
ORDER BY error, time
