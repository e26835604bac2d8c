"""The machine around an app: its description, the YAML file that describes it, and the device in dock time.

Imports of dl7450: _screen.
"""
