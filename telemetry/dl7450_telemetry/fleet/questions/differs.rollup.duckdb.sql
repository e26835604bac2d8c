-- Span ids are random, so the smallest ones are a fair sample, and the same one in every engine.
, marked AS (
    SELECT *, Failed AND $failure IN ('', ErrorType) AS marked FROM sampled
), sample AS MATERIALIZED (
    (SELECT * FROM marked WHERE marked ORDER BY SpanId LIMIT $sample)
    UNION ALL
    (SELECT * FROM marked WHERE NOT marked ORDER BY SpanId LIMIT $sample)
), pairs AS (
    SELECT marked, unnest(
        map_entries(SpanAttributes) || map_entries(ResourceAttributes)
        || [{'key': 'url.path', 'value': Path}, {'key': 'hour (UTC)', 'value': strftime(make_timestamp_ns(First), '%H')}]
    ) AS pair
    FROM sample JOIN resources USING (Resource)
), counted AS (
    SELECT
        pair.key AS attribute,
        pair.value AS value,
        count(*) FILTER (marked) AS failing,
        count(*) FILTER (NOT marked) AS rest,
        failing / (SELECT nullif(count(*) FILTER (marked), 0) FROM sample) AS failing_share,
        rest / (SELECT nullif(count(*) FILTER (NOT marked), 0) FROM sample) AS rest_share
    FROM pairs
    WHERE pair.key NOT IN (
        'error.type', 'http.response.status_code', 'dl7450.curl.code', 'url.full', 'http.response.body.size',
        'service.instance.id'
    )
    GROUP BY attribute, value
)
SELECT *, failing_share - coalesce(rest_share, 0) AS difference
FROM counted
WHERE failing > 1 AND difference > 0.03
ORDER BY difference DESC, attribute, value
LIMIT 50
