SELECT min(Start) * 1000000000, (max(Last)::HUGEINT + 1) * 1000000000
FROM otel_traces_trace_id_ts
WHERE TraceKey = try_cast('0x' || lower($id)[25:32] AS UINTEGER)
