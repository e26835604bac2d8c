-- What most questions are about, as columns of their own: optional, for questions without a look into the maps. What was
-- kept before is read from the maps on the fly. Without these columns the same expressions are part of each question.

ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS DeviceId LowCardinality(String) MATERIALIZED if(ResourceAttributes['device.id'] = '', 'unknown dock', ResourceAttributes['device.id']);
ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS Release LowCardinality(String) MATERIALIZED ResourceAttributes['service.version'];
ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS Site LowCardinality(String) MATERIALIZED ResourceAttributes['dl7450.site'];
ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS IsRequest Bool MATERIALIZED SpanKind = 'Client' AND mapContains(SpanAttributes, 'http.request.method');
ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS Host LowCardinality(String) MATERIALIZED SpanAttributes['server.address'];
ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS Path String MATERIALIZED path(SpanAttributes['url.full']);
ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS HttpStatus Int64 MATERIALIZED toInt64OrZero(SpanAttributes['http.response.status_code']);
ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS ErrorType LowCardinality(String) MATERIALIZED SpanAttributes['error.type'];
ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS CurlCode Int64 MATERIALIZED toInt64OrZero(SpanAttributes['dl7450.curl.code']);
ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS RequestSent Int64 MATERIALIZED if(has(Events.Name, 'request sent'), greatest(0, toUnixTimestamp64Nano(Events.Timestamp[indexOf(Events.Name, 'request sent')]) - toUnixTimestamp64Nano(Timestamp)), 0);
ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS FirstByte Int64 MATERIALIZED if(has(Events.Name, 'first byte'), greatest(0, toUnixTimestamp64Nano(Events.Timestamp[indexOf(Events.Name, 'first byte')]) - toUnixTimestamp64Nano(Timestamp)), 0);
