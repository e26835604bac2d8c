"""The SQL of the tables, and what all panels select from."""

from __future__ import annotations


def _from(window: str) -> str:
    """`spans` and `requests` of what is chosen, as the start of a query."""
    return f"""
WITH spans AS (
    SELECT
        *, ServiceName AS app, ResourceAttributes['service.version'] AS release,
        ResourceAttributes['dl7450.site'] AS site,
        if(ResourceAttributes['device.id'] = '', 'unknown dock', ResourceAttributes['device.id']) AS dock
    FROM otel_traces
    WHERE {window}
        AND $__conditionalAll(ServiceName IN (${{app:singlequote}}), $app)
        AND $__conditionalAll(ResourceAttributes['dl7450.site'] IN (${{site:singlequote}}), $site)
        AND startsWith(dock, ${{dock:singlequote}})
), requests AS (
    SELECT
        *, SpanAttributes['server.address'] AS host, StatusCode = 'Error' AS failed,
        SpanAttributes['error.type'] AS error,
        if(has(Events.Name, 'request sent'), Events.Timestamp[indexOf(Events.Name, 'request sent')], Timestamp) AS sent,
        if(has(Events.Name, 'first byte'), Events.Timestamp[indexOf(Events.Name, 'first byte')], NULL) AS first_byte
    FROM spans
    WHERE SpanKind = 'Client' AND mapContains(SpanAttributes, 'http.request.method')
        AND $__conditionalAll(SpanAttributes['server.address'] IN (${{host:singlequote}}), $host)
)"""


REQUESTS = _from("$__timeFilter(Timestamp)")
WEEK = _from("Timestamp >= $__fromTime - INTERVAL 7 DAY AND Timestamp <= $__toTime")

OVER_TIME = f"""{REQUESTS}
SELECT $__timeInterval(Timestamp) AS time, count() AS requests, countIf(failed) AS failures
FROM requests
GROUP BY time
ORDER BY time"""

DOCKS = f"""{REQUESTS}
SELECT
    dock AS "dock", argMax(site, Timestamp) AS "site", argMax(app, Timestamp) AS "app",
    argMax(release, Timestamp) AS "release", count() AS "requests", countIf(failed) AS "failures",
    countIf(failed) / count() AS "failure rate", arrayElement(topKIf(1)(error, failed), 1) AS "error",
    if(maxIf(Timestamp, failed) > maxIf(Timestamp, NOT failed), 'yes', '') AS "fails now",
    quantileTDigest(0.95)(Duration) AS "p95", max(Timestamp) AS "last seen"
FROM requests
GROUP BY dock
ORDER BY "failures" DESC, dock
LIMIT 1000"""

WORSE = f"""{WEEK}, cells AS (
    SELECT Timestamp >= $__fromTime AS now, site, app, release, host, count() AS asked, countIf(failed) AS bad
    FROM requests
    GROUP BY now, site, app, release, host
), pairs AS (
    SELECT now, asked, bad, arrayJoin([
        ('site', toString(site)), ('app', toString(app)), ('release', concat(app, ' ', release)),
        ('host', toString(host))
    ]) AS pair
    FROM cells
)
SELECT
    pair.1 AS "attribute", pair.2 AS "value", sumIf(asked, now) AS "requests", sumIf(bad, now) AS "failures",
    "failures" / nullIf("requests", 0) AS "failure rate",
    sumIf(bad, NOT now) / nullIf(sumIf(asked, NOT now), 0) AS "the week before",
    "failures" - coalesce("the week before", 0) * "requests" AS "too many"
FROM pairs
GROUP BY pair
HAVING "too many" > 0
ORDER BY "too many" DESC, "attribute", "value\""""

ERRORS = f"""{REQUESTS}
SELECT
    error AS "error", toInt64OrZero(SpanAttributes['dl7450.curl.code']) AS "curl code",
    toInt64OrZero(SpanAttributes['http.response.status_code']) AS "HTTP status", host AS "host", count() AS "failures",
    uniqExact(dock) AS "docks", uniqExact(site) AS "sites", min(Timestamp) AS "first", max(Timestamp) AS "last",
    argMax(TraceId, (Timestamp, TraceId)) AS "newest trace"
FROM requests
WHERE failed
GROUP BY "error", "curl code", "HTTP status", "host"
ORDER BY "failures" DESC, "error", "curl code", "HTTP status", "host\""""

PATHS = f"""{REQUESTS}
SELECT
    host AS "host", path(SpanAttributes['url.full']) AS "path", count() AS "requests", countIf(failed) AS "failures",
    countIf(failed) / count() AS "failure rate", arrayElement(topKIf(1)(error, failed), 1) AS "error"
FROM requests
GROUP BY "host", "path"
HAVING "failures" > 0
ORDER BY "failures" DESC, "host", "path"
LIMIT 200"""

HOSTS = f"""{REQUESTS}
SELECT
    host AS "host", count() AS "requests", countIf(failed) AS "failures", countIf(failed) / count() AS "failure rate",
    quantileTDigest(0.5)(Duration) AS "p50", quantileTDigest(0.95)(Duration) AS "p95",
    quantileTDigest(0.99)(Duration) AS "p99"
FROM requests
GROUP BY host
ORDER BY "requests" DESC, host"""

# What happens before a request is sent is in child spans, the rest in the request's events.
PHASES = f"""{REQUESTS}, timed AS (
    SELECT splitByChar(' ', SpanName)[1] AS first_word, toInt64(Duration) AS took,
        multiIf(first_word = 'DNS', 'DNS', first_word = 'socket', 'connect', 'TLS') AS phase
    FROM spans
    WHERE match(SpanName, '^(DNS lookup|socket connect|TLS client handshake) ')
        AND ParentSpanId GLOBAL IN (SELECT SpanId FROM requests)
    UNION ALL
    SELECT '', dateDiff('ns', sent, assumeNotNull(first_byte)), 'first byte' FROM requests WHERE first_byte IS NOT NULL
    UNION ALL
    SELECT '', toInt64(Duration) - dateDiff('ns', Timestamp, assumeNotNull(first_byte)), 'body'
    FROM requests WHERE first_byte IS NOT NULL
)
SELECT
    phase AS "phase", count() AS "times", quantileTDigest(0.5)(took) AS "p50", quantileTDigest(0.95)(took) AS "p95",
    quantileTDigest(0.99)(took) AS "p99"
FROM timed
GROUP BY phase
ORDER BY indexOf(['DNS', 'connect', 'TLS', 'first byte', 'body'], phase)"""

# Releases are compared in each 24th of the window, as the fleet's own page does: what all suffer then is no difference.
RELEASES = f"""{REQUESTS}, each AS (
    SELECT
        app, release, uniqExact(dock) AS docks, count() AS asked, countIf(failed) AS failures,
        quantileTDigest(0.5)(Duration) AS p50, quantileTDigest(0.95)(Duration) AS p95,
        arrayElement(topKIf(1)(error, failed), 1) AS error, min(Timestamp) AS first
    FROM requests
    GROUP BY app, release
), slots AS (
    SELECT
        app, release, toFloat64(count()) AS n, toFloat64(countIf(failed)) AS k,
        greatest(60, intDiv(toUnixTimestamp($__toTime) - toUnixTimestamp($__fromTime), 24)) AS width,
        intDiv(toUnixTimestamp(Timestamp), width) AS slot
    FROM requests
    GROUP BY app, release, slot
), compared AS (
    SELECT
        app, release, toInt64(sum(n)) AS compared, sum(k_all - k) / sum(n_all - n) AS rest_rate,
        (sum(k) - sum(n * k_all / n_all))
            / nullIf(sqrt(sum(n * (n_all - n) * k_all * (n_all - k_all) / (n_all * n_all * (n_all - 1)))), 0) AS z
    FROM (
        SELECT app, release, n, k, sum(n) OVER beside AS n_all, sum(k) OVER beside AS k_all
        FROM slots
        WINDOW beside AS (PARTITION BY app, slot)
    )
    WHERE n_all > n
    GROUP BY app, release
)
SELECT
    app AS "app", release AS "release", docks AS "docks", asked AS "requests", failures AS "failures",
    failures / asked AS "failure rate", if(compared = 0, NULL, rest_rate) AS "its other releases then",
    if(compared = 0, NULL, z) AS "standard errors apart", p50 AS "p50", p95 AS "p95", error AS "error",
    first AS "first seen"
FROM each LEFT JOIN compared USING (app, release)
ORDER BY app, first, release"""

# A cumulative point (temporality 2) counts from the start of its stream: hence the difference to the one before.
LAG = """
WITH points AS (
    SELECT
        TimeUnix, Max, toInt64(Count) - if(
            AggregationTemporality = 2, toInt64(lagInFrame(Count, 1, 0) OVER stream), 0
        ) AS steps,
        Sum - if(AggregationTemporality = 2, lagInFrame(Sum, 1, 0) OVER stream, 0) AS total
    FROM otel_metrics_histogram
    WHERE $__timeFilter(TimeUnix) AND MetricName = 'trio.scheduler.lag'
        AND $__conditionalAll(ServiceName IN (${app:singlequote}), $app)
        AND startsWith(ResourceAttributes['device.id'], ${dock:singlequote})
    WINDOW stream AS (
        PARTITION BY ResourceAttributes['device.id'], ServiceName, StartTimeUnix ORDER BY TimeUnix
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
)
SELECT $__timeInterval(TimeUnix) AS time, sum(total) / sum(steps) * 1e9 AS mean, max(Max) * 1e9 AS max
FROM points
GROUP BY time
HAVING sum(steps) > 0
ORDER BY time"""

BLOCKED = f"""{REQUESTS}, events AS (
    SELECT app, release, dock, Timestamp, event.1 AS name, event.2 AS attributes
    FROM spans ARRAY JOIN arrayZip(Events.Name, Events.Attributes) AS event
    WHERE has(Events.Name, 'trio.blocked')
)
SELECT
    app AS "app", release AS "release", attributes['trio.task.name'] AS "task",
    attributes['code.stacktrace'] AS "stack", uniqExact(dock) AS "docks", count() AS "times", max(Timestamp) AS "last"
FROM events
WHERE name = 'trio.blocked'
GROUP BY "app", "release", "task", "stack"
ORDER BY "times" DESC, "app", "release", "task", "stack\""""

DOCK_SPANS = f"""{REQUESTS}
SELECT
    Timestamp AS "time", SpanName AS "what", Duration AS "duration",
    if(StatusCode <> 'Error', '', if(SpanAttributes['error.type'] = '', 'error', SpanAttributes['error.type']))
        AS "failed",
    path(SpanAttributes['url.full']) AS "path", countEqual(Events.Name, 'trio.blocked') AS "blocked", TraceId AS "trace"
FROM spans
ORDER BY Timestamp DESC, SpanId
LIMIT 1000"""

# Its window is found first. The columns are those that the panel asks for; times are in milliseconds.
TRACE = """
WITH times AS (
    SELECT min(Start) AS first, max(End) + 1 AS last FROM otel_traces_trace_id_ts
    WHERE TraceId = lower(${trace:singlequote})
)
SELECT
    TraceId AS traceID, SpanId AS spanID, ParentSpanId AS parentSpanID, ServiceName AS serviceName,
    SpanName AS operationName, toUnixTimestamp64Nano(Timestamp) / 1e6 AS startTime, Duration / 1e6 AS duration,
    arrayMap(key -> map('key', key, 'value', SpanAttributes[key]), mapKeys(SpanAttributes)) AS tags,
    arrayMap(key -> map('key', key, 'value', ResourceAttributes[key]), mapKeys(ResourceAttributes)) AS serviceTags,
    if(StatusCode = 'Error', 2, 0) AS statusCode
FROM otel_traces
WHERE TraceId = lower(${trace:singlequote})
    AND Timestamp >= (SELECT first FROM times) AND Timestamp <= (SELECT last FROM times)
ORDER BY Timestamp, SpanId
LIMIT 10000"""
