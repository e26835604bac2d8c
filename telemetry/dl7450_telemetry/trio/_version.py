"""The version of this package, for the scope of its metrics: it imports nothing, not even what it comes with."""

__version__ = "0.1.0"
