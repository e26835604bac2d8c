"""The deployment API of the vendor's cloud: an HTTP server on Trio, for docks that are handed in, and a client.

The server needs the extra `dl7450[serve]`, and is imported only where that is asked for.

Imports of dl7450: _check, _device, _screen, telemetry.
"""
