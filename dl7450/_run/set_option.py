"""The option `--set KEY=VALUE` of commands that make a dock."""

from __future__ import annotations

import click


def key_and_value(text: str) -> tuple[str, str]:
    """A value of the store. Raises `UsageError` if it is not written so."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.UsageError(f"--set takes KEY=VALUE, not {text!r}")
    return key, value
