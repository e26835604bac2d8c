SELECT
    Host,
    count() AS asked,
    countIf(Failed),
    countIf(Failed) / count(),
    toInt64(round(quantileTDigest(0.5)(Duration))),
    toInt64(round(quantileTDigest(0.95)(Duration))),
    toInt64(round(quantileTDigest(0.99)(Duration)))
FROM requests
GROUP BY Host
ORDER BY asked DESC, Host
