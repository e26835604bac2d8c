"""In MicroPython: an empty module, of which copies are filled; there is no other way to make a module."""
