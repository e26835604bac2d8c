"""What the extra `dl7450[fleet]` installs is missing: one sentence that says so."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


class MissingExtraError(Exception):
    """What the extra installs is not there; the message names the command that installs it."""


@contextmanager
def extra() -> Generator[None]:
    """Around imports of what the extra brings.

    Raises:
        MissingExtraError: one of them is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"{error.name} is not installed: pip install 'dl7450[fleet]'") from error
