SELECT
    epoch_ns(Timestamp) // $step * $step AS time,
    round(pow(10, floor(log10(greatest(Duration, 1)) * 5) / 5))::BIGINT AS at_least,
    count(*)
FROM requests
GROUP BY time, at_least
ORDER BY time, at_least
