-- What happens before a request is sent is in child spans, the rest in the request's events. GLOBAL: on a cluster, the
-- requests are looked for on all shards.
, timed AS (
    SELECT
        multiIf(
            startsWith(SpanName, 'DNS lookup '), 'DNS', startsWith(SpanName, 'socket connect '), 'connect', 'TLS'
        ) AS phase,
        toInt64(Duration) AS took
    FROM spans
    WHERE SpanKind = 'Internal' AND (
        startsWith(SpanName, 'DNS lookup ') OR startsWith(SpanName, 'socket connect ')
        OR startsWith(SpanName, 'TLS client handshake ')
    ) AND (NOT {narrowed:Bool} OR ParentSpanId GLOBAL IN (SELECT SpanId FROM requests))
    UNION ALL
    SELECT 'first byte' AS phase, toInt64(FirstByte - RequestSent) AS took FROM requests WHERE FirstByte > 0
    UNION ALL
    SELECT 'body' AS phase, toInt64(Duration - FirstByte) AS took FROM requests WHERE FirstByte > 0
)
SELECT
    phase,
    count(),
    toInt64(round(quantileTDigest(0.5)(took))),
    toInt64(round(quantileTDigest(0.95)(took))),
    toInt64(round(quantileTDigest(0.99)(took)))
FROM timed
GROUP BY phase
ORDER BY indexOf(['DNS', 'connect', 'TLS', 'first byte', 'body'], phase)
