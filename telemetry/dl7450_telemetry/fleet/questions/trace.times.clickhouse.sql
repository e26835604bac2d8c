-- The exporter's table has whole seconds.
SELECT
    toUnixTimestamp64Nano(toDateTime64(minOrNull(Start), 9)),
    toUnixTimestamp64Nano(toDateTime64(maxOrNull(End), 9)) + 1000000000
FROM otel_traces_trace_id_ts
WHERE TraceId = lower({id:String})
