"""The OTLP/HTTP receiver: what is acknowledged is committed.

| module | what it does |
|---|---|
| `body.py` | The body of a request, with bounds on its size and on the time it takes. |
| `intake.py` | Bodies to committed spans: in groups, off the event loop. |
| `routes.py` | The routes of `/v1/traces`, `/v1/metrics` and `/v1/logs`, and the answers that the protocol asks for. |
"""
