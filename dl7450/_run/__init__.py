"""Running one app from start to end, as `dl7450 run` does.

Imports of dl7450: _api, _device, _dock, _micropython, _screen, _trio, http, telemetry.
"""
