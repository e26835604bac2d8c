SELECT filter, value, spans FROM (
    SELECT 'site' AS filter, Site AS value, count() AS spans FROM spans GROUP BY value
    UNION ALL SELECT 'app', ServiceName AS value, count() FROM spans GROUP BY value
    UNION ALL SELECT 'release', Release AS value, count() FROM spans GROUP BY value
    UNION ALL SELECT 'host', Host AS value, count() FROM requests GROUP BY value
    UNION ALL SELECT 'error', ErrorType AS value, count() FROM requests GROUP BY value
)
WHERE value <> ''
ORDER BY filter, spans DESC, value
