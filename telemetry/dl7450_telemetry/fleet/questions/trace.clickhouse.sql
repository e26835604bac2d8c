SELECT
    SpanId, ParentSpanId, SpanName, SpanKind, DeviceId, ServiceName, toUnixTimestamp64Nano(Timestamp), Duration,
    StatusCode, StatusMessage, ScopeName, ScopeVersion, SpanAttributes, ResourceAttributes,
    arrayMap(
        (time, name, attributes) -> (toUnixTimestamp64Nano(time), toString(name), attributes)::Tuple(
            time Int64, name String, attributes Map(String, String)
        ),
        Events.Timestamp, Events.Name, Events.Attributes
    ),
    arrayMap(
        (trace, span, attributes) -> (trace, span, attributes)::Tuple(
            trace String, span String, attributes Map(String, String)
        ),
        Links.TraceId, Links.SpanId, Links.Attributes
    )
FROM spans
WHERE TraceId = lower({id:String})
ORDER BY Timestamp, SpanId
