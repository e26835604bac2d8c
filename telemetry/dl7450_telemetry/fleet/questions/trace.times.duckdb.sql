SELECT epoch_ns(min(Start)), epoch_ns(max(Last))
FROM otel_traces_trace_id_ts
WHERE TraceKey = try_cast('0x' || lower($id)[1:16] AS UBIGINT)
