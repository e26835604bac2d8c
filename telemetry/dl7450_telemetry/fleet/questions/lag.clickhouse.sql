-- A cumulative point (temporality 2) counts from the start of its stream: what it says of the time since the one before
-- is the difference.
, points AS (
    SELECT
        TimeUnix, Max,
        toInt64(Count) - if(AggregationTemporality = 2, toInt64(lagInFrame(Count, 1, 0) OVER stream), 0) AS steps,
        Sum - if(AggregationTemporality = 2, lagInFrame(Sum, 1, 0) OVER stream, 0) AS total
    FROM histograms
    WHERE MetricName = 'trio.scheduler.lag' AND startsWith(DeviceId, {id:String})
        -- Whatever anybody sends is kept; what no loop can have measured is not counted.
        AND Count BETWEEN 0 AND 1e15 AND Sum BETWEEN 0 AND 1e9 AND Max BETWEEN 0 AND 1e9
    WINDOW stream AS (
        PARTITION BY DeviceId, ServiceName, StartTimeUnix ORDER BY TimeUnix
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
)
SELECT
    intDiv(toUnixTimestamp64Nano(TimeUnix), {step:Int64}) * {step:Int64} AS time,
    sum(steps) AS count,
    toInt64(round(sum(total) / sum(steps) * 1e9)),
    toInt64(round(max(Max) * 1e9))
FROM points
GROUP BY time
HAVING count > 0
ORDER BY time
