"""The dock: one nursery, the app thread and what is called on it, timers, loading apps, which dock is the current one.

Imports of dl7450: _device, _screen, _trio, _version, http.
"""
