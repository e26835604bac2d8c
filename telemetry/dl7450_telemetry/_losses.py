"""What is said when telemetry is lost: one warning, whatever the libraries log about it.

The SDK logs every retry, every lost batch and every dropped span. While one of our exporters is at work, what the
libraries log on its thread goes to DEBUG, and the first loss becomes one warning that says why.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

from ._format import printable

Warn: TypeAlias = Callable[[str], None]

logger = logging.getLogger("dl7450_telemetry")

_MAX_LENGTH = 1000  # characters: a collector may send 64 KiB of error message

# Which loggers those are. A test says that the installed libraries still have them.
DIVERTED_LOGGERS = (
    "opentelemetry.exporter.otlp.json.common._internal",
    "opentelemetry.exporter.otlp.proto.common._internal",
    "opentelemetry.exporter.otlp.proto.http.metric_exporter",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.sdk._shared_internal",
    "opentelemetry.sdk.metrics._internal",
    "opentelemetry.sdk.metrics._internal.export",
    "urllib3.connectionpool",
)


def _one_line(message: str) -> str:
    """A message without what could take over the terminal: a part of it may be from whoever answered."""
    text = printable(message)
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…"


class OneWarning:
    """Logs the first message at WARNING and all others at DEBUG; called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said = False

    def __call__(self, message: str) -> None:
        with self._lock:
            level = logging.DEBUG if self._said else logging.WARNING
            self._said = True
        logger.log(level, "%s (the app goes on; this is said once)", _one_line(message))


# Who is told of what the libraries log on this thread.
current_listener: ContextVar[Warn | None] = ContextVar("current_listener", default=None)


def _ignore(_message: str) -> None:
    """For what is logged about something that was already reported."""


@contextmanager
def diverted_log(listener: Warn = _ignore) -> Iterator[None]:
    """Within the block, what the libraries log on this thread goes to the listener, and on at DEBUG."""
    token = current_listener.set(listener)
    try:
        yield
    finally:
        current_listener.reset(token)


def _divert(record: logging.LogRecord) -> bool:
    listener = current_listener.get()
    if listener is None:
        return True
    logger.debug("%s", _one_line(record.getMessage()))
    listener(record.getMessage())
    return False


# Filters, because a logger's level would also silence the exporters that others set up in this process.
for _name in DIVERTED_LOGGERS:
    logging.getLogger(_name).addFilter(_divert)
