"""What does not repeat: every app and example, run again and again on virtual time, gives the same to the byte.

`make repeat` searches; `test_repeat.py` is a short form of it.
"""
