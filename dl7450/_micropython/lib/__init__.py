"""Modules that an app in MicroPython imports from here."""
