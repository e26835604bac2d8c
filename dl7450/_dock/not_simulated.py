"""The error of the dock's modules that are not simulated yet: importing one raises it.

An app that imports such a module would otherwise fail much later, or worse, seem to work.
"""

from __future__ import annotations


def not_simulated(module: str) -> ImportError:
    """The error for a module of this package, by its full name, to be raised by the module itself."""
    name = module.rpartition(".")[2]
    return ImportError(
        f"{name} is not simulated yet. To run the rest of the app here, guard the import: "
        f"`try: import {name}`, `except ImportError: {name} = None`",
        name=name,
    )
