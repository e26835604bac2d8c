"""Pixels in a buffer and what is drawn with them: the engine of `framebuf`. Pure.

Made after MicroPython's framebuf module, to the bit, with which the tests compare it (`LICENSE` beside this file).

Imports of dl7450: nothing.
"""
