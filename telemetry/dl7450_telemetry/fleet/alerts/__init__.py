"""Alerts: rules that are looked at again and again, what they found, and who is told.

| module | what it does |
|---|---|
| `rules.py` | A rule, and the TOML file that holds several. |
| `state.py` | How a rule's alert begins and ends, with a delay for each; plain values. |
| `watch.py` | Looks, keeps what it found in a file, and tells a webhook. |
| `notification.py` | What a webhook is told, in the format of Alertmanager. |
| `exposition.py` | The same and the state of the fleet in the text format of Prometheus. |
"""
