SELECT
    SpanId, ParentSpanId, SpanName, SpanKind, DeviceId, ServiceName, epoch_ns(Timestamp), Duration, StatusCode,
    StatusMessage, ScopeName, ScopeVersion, SpanAttributes, ResourceAttributes,
    list_transform(
        list_zip(Events.Timestamp, Events.Name, Events.Attributes),
        lambda event: {'time': epoch_ns(event[1]), 'name': event[2], 'attributes': event[3]}
    ),
    list_transform(
        list_zip(Links.TraceId, Links.SpanId, Links.Attributes),
        lambda link: {'trace': link[1], 'span': link[2], 'attributes': link[3]}
    )
FROM spans
WHERE TraceId = lower($id)
ORDER BY Timestamp, SpanId
