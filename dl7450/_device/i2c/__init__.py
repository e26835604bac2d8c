"""The dock's I2C bus: what is plugged into it, as described (`parts`), and while the dock is open (`bus`).

A device on the bus is an object with `read(register, nbytes)` and `write(register, data)`. It refuses what it does not
have by an `OSError`. `models` has those that need no more than a line in the store's file.
"""
