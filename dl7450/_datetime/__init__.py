"""What `dl7450.datetime` stands on: days and ISO 8601 as numbers and text, and `timedelta`.

Written in the Python that MicroPython has, too: no typing at run time, no `re`, and quotes around types.

Imports of dl7450: nothing.
"""
