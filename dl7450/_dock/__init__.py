"""The dock: one nursery, the app thread, what is called on it and when, timers, loading apps, which dock is current.

Imports of dl7450: _device, _mqtt, _screen, _trio, _version, http.
"""
