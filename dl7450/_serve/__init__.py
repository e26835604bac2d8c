"""`dl7450 serve`: docks in a browser while their apps are written.

| file | what it holds |
|---|---|
| `command.py` | the command line |
| `server.py` | the program of the server: docks, pages and the watching of files as tasks of one nursery |
| `served_dock.py` | `ServedDock`: one dock of the wall, as the server sees it; owns its thread |
| `program.py` | `DockProgram`: what runs in that thread, a Trio run of its own; its clock can be paced |
| `pace.py` | how fast a dock's time goes: paused, 1x, 10x, as fast as it goes; steps and jumps |
| `events.py`, `history.py` | what happens in a dock, as frozen values, and the bounded store of them |
| `span_feed.py`, `prints.py`, `app_report.py` | where the events come from: spans, what an app prints, what it raises |
| `answers.py`, `spans.py`, `preview.py` | what servers answered, and spans and bodies as they are shown |
| `lag.py` | how late the tasks of a dock and of the server are |
| `inspector.py` | where the boxes of a frame are, and what of them nobody can read |
| `faults.py`, `link.py` | the network of a dock, with faults at will, and as slow as asked for |
| `world.py` | what can be changed about a dock's machine while its app runs |
| `recording.py`, `mqtt_network.py` | what is asked of servers, in a file; the MQTT brokers |
| `watching.py` | an app starts anew when one of its files is saved |
| `site.py`, `live.py` | the pages' routes, and the stream of events that keeps a page live |
| `wall.py` | the page of all docks, where there is more than one |
| `panels/` | the parts of a dock's page: a module and a template each; a new pair is a new part |
| `templates/`, `static/` | the frame of the page, its style and its script |

Two kinds of threads take part: the server's, with everything that pages ask for, and one for each dock. What the server
wants of a dock is a plain function that runs in the dock's thread (`ServedDock.ask`); what a dock tells goes into its
`History`, which any thread may read.

Imports of dl7450: _api, _check, _device, _dock, _micropython, _run, _screen, _trio, http, telemetry, testing.
"""
