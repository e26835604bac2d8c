SELECT
    Slot // $step * $step AS time,
    round(pow(10, Took // 20 / 5))::BIGINT AS at_least,
    sum(Requests)::BIGINT
FROM times
GROUP BY time, at_least
ORDER BY time, at_least
