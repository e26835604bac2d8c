-- The tables of a fleet in ClickHouse. Their names, columns and types are those of the OpenTelemetry Collector's
-- ClickHouse exporter, so that either may write them. `dl7450 fleet serve --store clickhouse://...` makes what is not
-- there; on a cluster, make them yourself first: with ReplicatedMergeTree, ON CLUSTER, and a Distributed table of the
-- same name over each, sharded by cityHash64(TraceId), which keeps a trace on one shard.
-- What we never fill (schema URLs, attributes of scopes, exemplars, flags) is there for those exporters.

CREATE TABLE IF NOT EXISTS otel_traces (
    Timestamp DateTime64(9) CODEC(Delta, ZSTD),
    TraceId String CODEC(ZSTD),
    SpanId String CODEC(ZSTD),
    ParentSpanId String CODEC(ZSTD),
    TraceState String CODEC(ZSTD),
    SpanName LowCardinality(String) CODEC(ZSTD),
    SpanKind LowCardinality(String) CODEC(ZSTD),
    ServiceName LowCardinality(String) CODEC(ZSTD),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD),
    ScopeName String CODEC(ZSTD),
    ScopeVersion String CODEC(ZSTD),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD),
    Duration UInt64 CODEC(T64, ZSTD),
    StatusCode LowCardinality(String) CODEC(ZSTD),
    StatusMessage String CODEC(ZSTD),
    Events Nested (
        Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD),
    Links Nested (
        TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
) ENGINE = MergeTree
PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
SETTINGS non_replicated_deduplication_window = 10000; -- an insert that is repeated is kept once

CREATE TABLE IF NOT EXISTS otel_traces_trace_id_ts (
    TraceId String CODEC(ZSTD),
    Start DateTime CODEC(Delta, ZSTD),
    End DateTime CODEC(Delta, ZSTD)
) ENGINE = MergeTree
PARTITION BY toDate(Start)
ORDER BY (TraceId, Start);

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_traces_trace_id_ts_mv TO otel_traces_trace_id_ts AS
SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End FROM otel_traces WHERE TraceId != '' GROUP BY TraceId;

CREATE TABLE IF NOT EXISTS otel_metrics_gauge (
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD),
    ResourceSchemaUrl String CODEC(ZSTD),
    ScopeName String CODEC(ZSTD),
    ScopeVersion String CODEC(ZSTD),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD),
    ScopeDroppedAttrCount UInt32 CODEC(ZSTD),
    ScopeSchemaUrl String CODEC(ZSTD),
    ServiceName LowCardinality(String) CODEC(ZSTD),
    MetricName LowCardinality(String) CODEC(ZSTD),
    MetricDescription String CODEC(ZSTD),
    MetricUnit String CODEC(ZSTD),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD),
    StartTimeUnix DateTime64(9) CODEC(Delta, ZSTD),
    TimeUnix DateTime64(9) CODEC(Delta, ZSTD),
    Value Float64 CODEC(ZSTD),
    Exemplars Nested (
        FilteredAttributes Map(LowCardinality(String), String), TimeUnix DateTime64(9), Value Float64, SpanId String,
        TraceId String
    ) CODEC(ZSTD),
    Flags UInt32 CODEC(ZSTD)
) ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, TimeUnix)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS otel_metrics_sum (
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD),
    ResourceSchemaUrl String CODEC(ZSTD),
    ScopeName String CODEC(ZSTD),
    ScopeVersion String CODEC(ZSTD),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD),
    ScopeDroppedAttrCount UInt32 CODEC(ZSTD),
    ScopeSchemaUrl String CODEC(ZSTD),
    ServiceName LowCardinality(String) CODEC(ZSTD),
    MetricName LowCardinality(String) CODEC(ZSTD),
    MetricDescription String CODEC(ZSTD),
    MetricUnit String CODEC(ZSTD),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD),
    StartTimeUnix DateTime64(9) CODEC(Delta, ZSTD),
    TimeUnix DateTime64(9) CODEC(Delta, ZSTD),
    Value Float64 CODEC(ZSTD),
    Exemplars Nested (
        FilteredAttributes Map(LowCardinality(String), String), TimeUnix DateTime64(9), Value Float64, SpanId String,
        TraceId String
    ) CODEC(ZSTD),
    Flags UInt32 CODEC(ZSTD),
    AggregationTemporality Int32 CODEC(ZSTD),
    IsMonotonic Bool CODEC(ZSTD)
) ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, TimeUnix)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS otel_metrics_histogram (
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD),
    ResourceSchemaUrl String CODEC(ZSTD),
    ScopeName String CODEC(ZSTD),
    ScopeVersion String CODEC(ZSTD),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD),
    ScopeDroppedAttrCount UInt32 CODEC(ZSTD),
    ScopeSchemaUrl String CODEC(ZSTD),
    ServiceName LowCardinality(String) CODEC(ZSTD),
    MetricName LowCardinality(String) CODEC(ZSTD),
    MetricDescription String CODEC(ZSTD),
    MetricUnit String CODEC(ZSTD),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD),
    StartTimeUnix DateTime64(9) CODEC(Delta, ZSTD),
    TimeUnix DateTime64(9) CODEC(Delta, ZSTD),
    Count UInt64 CODEC(ZSTD),
    Sum Float64 CODEC(ZSTD),
    BucketCounts Array(UInt64) CODEC(ZSTD),
    ExplicitBounds Array(Float64) CODEC(ZSTD),
    Exemplars Nested (
        FilteredAttributes Map(LowCardinality(String), String), TimeUnix DateTime64(9), Value Float64, SpanId String,
        TraceId String
    ) CODEC(ZSTD),
    Flags UInt32 CODEC(ZSTD),
    Min Float64 CODEC(ZSTD),
    Max Float64 CODEC(ZSTD),
    AggregationTemporality Int32 CODEC(ZSTD)
) ENGINE = MergeTree
PARTITION BY toDate(TimeUnix)
ORDER BY (ServiceName, MetricName, TimeUnix)
SETTINGS non_replicated_deduplication_window = 10000;
