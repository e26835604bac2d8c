"""The screen: what an app puts on it, as plain values, and how that is drawn with Pillow.

Imports of dl7450: nothing.
"""
