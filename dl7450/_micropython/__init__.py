"""Apps in a real MicroPython: a process for the interpreter, and the dock's modules in it as proxies.

`loader.py` is where to begin. The app thread of the dock and the interpreter take turns, one waits while the other
runs, so the dock's rules hold as they are: `guest.py` and `lib/` run in MicroPython, the rest runs here.

Imports of dl7450: _dock, _trio, faces, http.
"""
