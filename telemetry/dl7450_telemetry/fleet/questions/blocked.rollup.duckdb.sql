SELECT
    ServiceName, Release, Task AS task, Stack AS stack, count(DISTINCT DeviceId), sum(Times)::BIGINT AS times, max(Last)
FROM blocked JOIN resources USING (Resource)
GROUP BY ServiceName, Release, task, stack
ORDER BY times DESC, ServiceName, Release, task, stack
