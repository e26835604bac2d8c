"""A simulated fleet: docks of this library live through a week, and their telemetry fills a store.

    make fleet

Every dock is a real one: its app, its timers, its requests, its spans and its metrics are those of `dl7450`, on virtual
time and on a network in memory. Six things go wrong in that week (`_incidents`); the pages of the fleet must show
them. The seed decides everything.

| file | what it holds |
|---|---|
| `_plan` | which dock stands where, and runs which release when |
| `_incidents` | what goes wrong, where and when |
| `_internet` | the network in memory: host names, connections, servers that take their time |
| `_apps` | the two apps of the fleet |
| `_life` | one dock's week: what it would have exported |
| `_telemetry` | the SDK of OpenTelemetry on a dock's virtual time |
| `_fleet` | all docks, on all processors |
| `_made` | which fleet a store holds already |
"""
