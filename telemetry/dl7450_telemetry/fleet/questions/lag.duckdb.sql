-- A cumulative point (temporality 2) counts from the start of its stream: what it says of the time since the one before
-- is the difference.
, points AS (
    SELECT
        TimeUnix, Max,
        Count - if(AggregationTemporality = 2, lag(Count, 1, 0) OVER stream, 0) AS steps,
        Sum - if(AggregationTemporality = 2, lag(Sum, 1, 0) OVER stream, 0) AS total
    FROM histograms
    WHERE MetricName = 'trio.scheduler.lag' AND starts_with(DeviceId, $id)
        -- Whatever anybody sends is kept; what no loop can have measured is not counted.
        AND Count BETWEEN 0 AND 1e15 AND Sum BETWEEN 0 AND 1e9 AND Max BETWEEN 0 AND 1e9
    WINDOW stream AS (PARTITION BY DeviceId, ServiceName, StartTimeUnix ORDER BY TimeUnix)
)
SELECT
    epoch_ns(TimeUnix) // $step * $step AS time,
    sum(steps)::BIGINT AS count,
    round(sum(total) / sum(steps) * 1e9)::BIGINT,
    round(max(Max) * 1e9)::BIGINT
FROM points
GROUP BY time
HAVING count > 0
ORDER BY time
