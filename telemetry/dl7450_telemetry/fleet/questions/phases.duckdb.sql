-- What happens before a request is sent is in spans of its connection, the rest in the request's events. `narrowed`:
-- only some requests count, so that those spans have to be their children.
, timed AS (
    SELECT
        CASE
            WHEN starts_with(SpanName, 'DNS lookup ') THEN 'DNS'
            WHEN starts_with(SpanName, 'socket connect ') THEN 'connect'
            ELSE 'TLS'
        END AS phase,
        Duration AS took
    FROM spans
    WHERE SpanKind = 'Internal' AND (
        starts_with(SpanName, 'DNS lookup ') OR starts_with(SpanName, 'socket connect ')
        OR starts_with(SpanName, 'TLS client handshake ')
    ) AND (NOT $narrowed OR ParentSpanId IN (SELECT SpanId FROM requests))
    UNION ALL
    SELECT 'first byte', FirstByte - RequestSent FROM requests WHERE FirstByte > 0
    UNION ALL
    SELECT 'body', Duration - FirstByte FROM requests WHERE FirstByte > 0
)
SELECT phase, count, p[1], p[2], p[3]
FROM (SELECT phase, count(*) AS count, quantile_disc(took, [0.5, 0.95, 0.99]) AS p FROM timed GROUP BY phase)
ORDER BY CASE phase WHEN 'DNS' THEN 1 WHEN 'connect' THEN 2 WHEN 'TLS' THEN 3 WHEN 'first byte' THEN 4 ELSE 5 END
