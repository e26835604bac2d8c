SELECT
    intDiv(toUnixTimestamp64Nano(Timestamp), {step:Int64}) * {step:Int64} AS time,
    toInt64(round(pow(10, floor(log10(greatest(Duration, 1)) * 5) / 5))) AS at_least,
    count()
FROM requests
GROUP BY time, at_least
ORDER BY time, at_least
