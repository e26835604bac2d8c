"""The shell of web pages: who may see them, what they look like, and how they stay live.

It knows nothing of what the pages are about.

| file | what it holds |
|---|---|
| `shell.py` | `Shell`: templates and the application around the routes of a program |
| `guard.py` | the ASGI middleware before everything: Host, Origin, login, security headers |
| `login.py` | `Login`: a token, the page that asks for it, and the cookie that remembers |
| `form.py` | the fields of a form, within a bound |
| `live.py` | server-sent events |
| `one_pass.py` | what has the server read a request's lines in one pass |
| `formats.py` | how times, durations, counts and ratios are shown |
| `waterfall.py` | the bars of spans on a time axis |
| `templates/`, `static/` | the frame of each page, its style and its script; `static/vendor/` holds htmx and uPlot |

There is no build step, no inline script and no inline style: the Content-Security-Policy has no exception.
"""

from .form import form_fields
from .guard import Access, Guard
from .live import EventStream, event_stream
from .login import Login
from .shell import Link, Shell

__all__ = ["Access", "EventStream", "Guard", "Link", "Login", "Shell", "event_stream", "form_fields"]
