"""The views. Their order is that of the navigation; `dock` and `trace` are reached from the others."""

from . import alerts, differs, dock, docks, errors, fleet, latency, releases, server, trace

VIEWS = (
    fleet.VIEW,
    docks.VIEW,
    errors.VIEW,
    latency.VIEW,
    releases.VIEW,
    differs.VIEW,
    alerts.VIEW,
    server.VIEW,
    dock.VIEW,
    trace.VIEW,
)
