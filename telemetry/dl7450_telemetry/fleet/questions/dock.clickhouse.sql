SELECT
    toUnixTimestamp64Nano(Timestamp) AS time,
    Duration,
    time - lagInFrame(toNullable(time)) OVER (
        ORDER BY Timestamp, SpanId ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ),
    multiIf(
        IsRequest, 'request', SpanName = 'dl7450.app', 'app', SpanName = 'dl7450.callback', 'callback',
        SpanName = 'dl7450.timer', 'timer', SpanName = 'dl7450.render', 'frame', 'other'
    ),
    SpanName,
    if(StatusCode = 'Error', if(ErrorType = '', 'error', ErrorType), ''),
    Path,
    countEqual(Events.Name, 'trio.blocked'),
    TraceId,
    SpanId
FROM spans
WHERE startsWith(DeviceId, {id:String})
ORDER BY Timestamp, SpanId
LIMIT {limit:Int64}
