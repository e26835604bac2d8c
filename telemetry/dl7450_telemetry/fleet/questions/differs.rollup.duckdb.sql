-- Span ids are random, so the smallest ones are a fair sample, and the same one in every engine. Which ones these are is
-- found first, so that their attributes, and nobody else's, are read out of the maps.
, marked AS MATERIALIZED (
    SELECT SpanId, Failed AND $failure IN ('', ErrorType) AS marked FROM sampled
), sample AS MATERIALIZED (
    (SELECT SpanId, marked FROM marked WHERE marked ORDER BY SpanId LIMIT $sample)
    UNION ALL
    (SELECT SpanId, marked FROM marked WHERE NOT marked ORDER BY SpanId LIMIT $sample)
), chosen AS MATERIALIZED (
    SELECT
        Failed AND $failure IN ('', ErrorType) AS marked,
        Resource,
        map_keys(SpanAttributes) || ['url.path', 'hour (UTC)'] AS attributes,
        map_values(SpanAttributes) || [Path, Hour] AS texts
    FROM sampled
    WHERE SpanId IN (SELECT SpanId FROM sample)
    QUALIFY row_number() OVER (PARTITION BY marked ORDER BY SpanId) <= $sample  -- the last one may be there twice
), of_resources AS (
    SELECT marked, ResourceAttributes AS attributes, requests
    FROM (SELECT marked, Resource, count(*) AS requests FROM chosen GROUP BY ALL) JOIN resources USING (Resource)
), pairs AS (
    SELECT marked, unnest(attributes) AS attribute, unnest(texts) AS value, 1 AS requests FROM chosen
    UNION ALL
    SELECT marked, unnest(map_keys(attributes)), unnest(map_values(attributes)), requests FROM of_resources
), counted AS (
    SELECT
        attribute,
        value,
        coalesce(sum(requests) FILTER (marked), 0)::BIGINT AS failing,
        coalesce(sum(requests) FILTER (NOT marked), 0)::BIGINT AS rest,
        failing / (SELECT nullif(count(*) FILTER (marked), 0) FROM sample) AS failing_share,
        rest / (SELECT nullif(count(*) FILTER (NOT marked), 0) FROM sample) AS rest_share
    FROM pairs
    WHERE attribute NOT IN (
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
