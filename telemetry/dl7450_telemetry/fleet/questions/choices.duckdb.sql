SELECT filter, value, spans FROM (
    SELECT 'site' AS filter, Site AS value, count(*) AS spans FROM spans GROUP BY ALL
    UNION ALL SELECT 'app', ServiceName, count(*) FROM spans GROUP BY ALL
    UNION ALL SELECT 'release', Release, count(*) FROM spans GROUP BY ALL
    UNION ALL SELECT 'host', Host, count(*) FROM requests GROUP BY ALL
    UNION ALL SELECT 'error', ErrorType, count(*) FROM requests GROUP BY ALL
)
WHERE value <> ''
ORDER BY filter, spans DESC, value
