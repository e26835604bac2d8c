SELECT
    ErrorType AS error,
    epoch_ns(Timestamp) // $step * $step AS time,
    count(*) AS failures,
    count(DISTINCT DeviceId) AS docks
FROM requests
WHERE Failed
GROUP BY error, time
ORDER BY error, time
