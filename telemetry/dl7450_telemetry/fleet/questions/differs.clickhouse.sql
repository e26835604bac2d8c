-- Span ids are random, so the smallest ones are a fair sample, and the same one in every engine.
, slow AS (
    SELECT quantileTDigest(0.95)(Duration) AS least FROM requests WHERE {by:String} = 'slow'
), marked AS (
    SELECT
        SpanId, SpanAttributes, ResourceAttributes, Path, Timestamp,
        if(
            {by:String} = 'slow', Duration >= (SELECT least FROM slow), Failed AND {failure:String} IN ('', ErrorType)
        ) AS marked
    FROM requests
), sample AS (
    SELECT * FROM marked WHERE marked ORDER BY SpanId LIMIT {sample:Int64}
    UNION ALL
    SELECT * FROM marked WHERE NOT marked ORDER BY SpanId LIMIT {sample:Int64}
), pairs AS (
    SELECT marked, arrayJoin(arrayConcat(
        CAST(SpanAttributes, 'Array(Tuple(String, String))'), CAST(ResourceAttributes, 'Array(Tuple(String, String))'),
        [('url.path', Path), ('hour (UTC)', formatDateTime(Timestamp, '%H', 'UTC'))]
    )) AS pair
    FROM sample
), counted AS (
    SELECT
        pair.1 AS attribute,
        pair.2 AS value,
        countIf(marked) AS failing,
        countIf(NOT marked) AS rest,
        failing / (SELECT nullIf(countIf(marked), 0) FROM sample) AS failing_share,
        rest / (SELECT nullIf(countIf(NOT marked), 0) FROM sample) AS rest_share
    FROM pairs
    WHERE attribute NOT IN (
        'error.type', 'http.response.status_code', 'dl7450.curl.code', 'url.full', 'http.response.body.size',
        'service.instance.id'
    )
    GROUP BY attribute, value
)
SELECT attribute, value, failing, rest, failing_share, rest_share, failing_share - coalesce(rest_share, 0) AS difference
FROM counted
WHERE failing > 1 AND difference > 0.03
ORDER BY difference DESC, attribute, value
LIMIT 50
