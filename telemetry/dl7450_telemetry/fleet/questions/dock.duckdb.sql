-- Which is the last span that is shown is found first, so that of the days after it only times are read.
, shown AS MATERIALIZED (
    SELECT max(Timestamp) AS until
    FROM (SELECT Timestamp FROM spans WHERE starts_with(DeviceId, $id) ORDER BY Timestamp LIMIT $limit)
)
SELECT
    epoch_ns(Timestamp) AS time,
    Duration,
    time - lag(time) OVER (ORDER BY Timestamp, SpanId) AS gap,
    CASE
        WHEN IsRequest THEN 'request'
        WHEN SpanName = 'dl7450.app' THEN 'app'
        WHEN SpanName = 'dl7450.callback' THEN 'callback'
        WHEN SpanName = 'dl7450.timer' THEN 'timer'
        WHEN SpanName = 'dl7450.render' THEN 'frame'
        ELSE 'other'
    END AS lane,
    SpanName,
    CASE WHEN StatusCode = 'Error' THEN if(ErrorType = '', 'error', ErrorType) ELSE '' END,
    Path,
    len(list_filter(Events.Name, lambda name: name = 'trio.blocked')),
    TraceId,
    SpanId
FROM spans
WHERE starts_with(DeviceId, $id) AND Timestamp <= (SELECT until FROM shown)
ORDER BY Timestamp, SpanId
LIMIT $limit
