"""The fleet: receive the telemetry of many docks, keep it, and answer questions about it.

| module | what it does |
|---|---|
| `columns.py` | The columns of a span, the same in every engine. |
| `otlp.py`, `otlp_metrics.py`, `otlp_logs.py` | OTLP, as protobuf and as JSON, to columns. |
| `store/` | Where columns are kept: DuckDB, or ClickHouse. |
| `filters.py` | Which spans a question is about; the same names in a URL and on the command line. |
| `questions/` | What is asked: two short SQL files each, one for each engine. |
| `table.py`, `terminal.py` | An answer: columns with a kind, and rows; and how it is printed. |
| `alerts/` | Rules that are looked at again and again, and who is told. |
| `pages/` | What a browser shows. |
| `server.py` | Receiver, store, alerts and pages as one program. |
| `own_lag.py` | How late the tasks of that program run, kept like the lag of a dock. |
| `remote.py` | Asks a server that runs. |

It is installed by the extra `dl7450[fleet]`; what that brings is imported where it is used.
"""
