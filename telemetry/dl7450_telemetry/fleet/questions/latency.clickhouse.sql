SELECT
    intDiv(toUnixTimestamp64Nano(Timestamp), {step:Int64}) * {step:Int64} AS time,
    count(),
    countIf(Failed),
    toInt64(round(quantileTDigest(0.5)(Duration))),
    toInt64(round(quantileTDigest(0.95)(Duration))),
    toInt64(round(quantileTDigest(0.99)(Duration)))
FROM requests
GROUP BY time
ORDER BY time
