-- Span ids are random, so the smallest ones are a fair sample, and the same one in every engine. Which rows these are is
-- found first, so that their attributes, and nobody else's, are read out of the maps.
, slow AS (
    SELECT quantile_disc(Duration, 0.95) AS least FROM requests WHERE $by = 'slow'
), marked AS (
    SELECT
        SpanId, Day, Place,
        if($by = 'slow', Duration >= (SELECT least FROM slow), Failed AND $failure IN ('', ErrorType)) AS marked
    FROM requests
), sample AS MATERIALIZED (
    (SELECT Day, Place, marked FROM marked WHERE marked ORDER BY SpanId LIMIT $sample)
    UNION ALL
    (SELECT Day, Place, marked FROM marked WHERE NOT marked ORDER BY SpanId LIMIT $sample)
), chosen AS MATERIALIZED (
    -- With two columns to join on, DuckDB would read the maps of all requests: so the second one is compared by a function.
    SELECT
        marked,
        ResourceText,
        map_keys(SpanAttributes) || ['url.path', 'hour (UTC)'] AS attributes,
        map_values(SpanAttributes) || [Path, strftime(Timestamp, '%H')] AS texts
    FROM sample JOIN requests USING (Place)
    WHERE starts_with(requests.Day, sample.Day)
), of_resources AS (
    SELECT marked, ResourceText::JSON::MAP(VARCHAR, VARCHAR) AS attributes, requests
    FROM (SELECT marked, ResourceText, count(*) AS requests FROM chosen GROUP BY ALL)
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
