, active AS MATERIALIZED (
    SELECT Site, ServiceName, Release, sum(n)::BIGINT AS spans
    FROM (SELECT Resource, sum(Spans) AS n FROM activity GROUP BY Resource) JOIN resources USING (Resource)
    GROUP BY Site, ServiceName, Release
), asked AS MATERIALIZED (
    SELECT Host, ErrorType, sum(Requests)::BIGINT AS spans FROM requests GROUP BY Host, ErrorType
)
SELECT filter, value, spans FROM (
    SELECT 'site' AS filter, Site AS value, sum(spans)::BIGINT AS spans FROM active GROUP BY ALL
    UNION ALL SELECT 'app', ServiceName, sum(spans)::BIGINT FROM active GROUP BY ALL
    UNION ALL SELECT 'release', Release, sum(spans)::BIGINT FROM active GROUP BY ALL
    UNION ALL SELECT 'host', Host, sum(spans)::BIGINT FROM asked GROUP BY ALL
    UNION ALL SELECT 'error', ErrorType, sum(spans)::BIGINT FROM asked GROUP BY ALL
)
WHERE value <> ''
ORDER BY filter, spans DESC, value
