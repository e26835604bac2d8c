"""The pages of the fleet. Each view answers one question, and its URL says all that it depends on.

| file | what it holds |
|---|---|
| `site.py` | `fleet_site`: the application: a route for each view, its CSV and its JSON, and the live stream |
| `view.py` | what a view is: asks the store, and gives a template its values |
| `views/` | the views, one file each |
| `query.py` | what a URL says, and the URLs of its neighbours |
| `tables.py`, `cells.py` | tables, and how a value is shown by the kind of its column |
| `side_by_side.py`, `significance.py` | two releases over times that can be compared, and what is more than noise |
| `charts.py`, `drawings/` | lines that the browser draws, and small drawings made here |
| `meanings.py` | what a failure means, in one sentence |
| `templates/` | one for each view; the frame is that of `dl7450_telemetry.web` |
"""

from .site import fleet_site

__all__ = ["fleet_site"]
