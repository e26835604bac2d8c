"""Standard output of the command line: all of it is written, or one line says that it cannot be."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

import click


class Commands(click.Group):
    """Says in one line that standard output cannot be written, whatever was to be written there."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        if sys.stdout is None:  # closed by whoever started the command (`>&-`): nobody wants what is written
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  for the life of the process
        try:
            with whole_output():
                return super().main(*args, **kwargs)
        except BrokenPipeError:
            sys.exit(1)  # `| head` has seen enough: click's own status for it
        except OSError as error:
            if error.filename is not None:
                raise
            with suppress(OSError):  # the same may be true of stderr
                click.echo(f"Error: cannot write to standard output: {error.strerror}", err=True)
            sys.exit(2)


@contextmanager
def whole_output() -> Generator[None]:
    """In the block, standard output takes any text; at its end, all of it has been written."""
    try:
        try:
            if isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(errors="replace")  # names that the terminal's encoding does not have
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.filename is None:
            # The interpreter would try again to write what is in the buffer when it exits, and print a traceback.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def cannot(verb: str, error: OSError) -> click.UsageError:
    """That a file cannot be read or written, for whoever named it."""
    what = "" if error.filename is None else f" {str(error.filename)!r}"
    return click.UsageError(f"cannot {verb}{what}: {error.strerror}")
