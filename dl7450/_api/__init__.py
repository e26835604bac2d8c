"""The deployment API of the vendor's cloud, as an HTTP server on Trio, for docks that are handed in.

Needs the extra `dl7450[serve]`; imported only where that is asked for.

Imports of dl7450: _device, _screen.
"""
