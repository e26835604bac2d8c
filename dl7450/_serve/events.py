"""What happens in a served dock, as plain frozen values. A new kind of event is a new class here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dl7450_telemetry import SpanRecord

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

    from .._screen.state import ScreenState
    from .app_report import AppReport
    from .pace import Pace


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened.

    Attributes:
        at: the dock's time of day, in nanoseconds since 1970.
    """

    at: int


@dataclass(frozen=True, kw_only=True)
class Frame(Event):
    """The monitors show something else.

    Attributes:
        number: counts the frames of the dock from 1, over all of its apps.
        screen: what they show.
        trace_id: of the spans that led to it, in hexadecimal.
    """

    number: int
    screen: ScreenState
    trace_id: str


@dataclass(frozen=True, kw_only=True)
class SpanStarted(Event):
    """A request, a callback, a timer or a render began: `span` with what is known by now, and no end."""

    span: SpanRecord


@dataclass(frozen=True, kw_only=True)
class SpanEnded(Event):
    """It ended; the ids are those of its start.

    Attributes:
        known: the span as the SDK has it, until somebody asks for its record: most are forgotten before.
    """

    known: ReadableSpan | SpanRecord

    @property
    def span(self) -> SpanRecord:
        """Its record."""
        known = self.known
        if not isinstance(known, SpanRecord):
            known = SpanRecord.from_sdk(known)
            object.__setattr__(self, "known", known)  # the same in another form; both would take twice the memory
        return known


@dataclass(frozen=True, kw_only=True)
class Printed(Event):
    """The app printed text."""

    text: str


@dataclass(frozen=True, kw_only=True)
class AppStarted(Event):
    """An app is started, in place of the one that ran: what was reported of that one is past.

    Attributes:
        file: of the app.
        why: such as `saved: carousel.py`.
    """

    file: str
    why: str


@dataclass(frozen=True, kw_only=True)
class AppBroke(Event):
    """The app raised, or cannot be started."""

    report: AppReport


@dataclass(frozen=True, kw_only=True)
class PaceChanged(Event):
    """Somebody changed how fast the dock's time goes, or what time it is."""

    pace: Pace


@dataclass(frozen=True, kw_only=True)
class WorldChanged(Event):
    """Somebody changed the machine around the app: its host, network, pins and so on."""

    what: str


@dataclass(frozen=True, kw_only=True)
class MqttMessage(Event):
    """The app published a message by MQTT, or got one.

    Attributes:
        is_published: it is the app's.
        topic: of the message.
        start: its first bytes.
        size: of the whole message, in bytes.
    """

    is_published: bool
    topic: str
    start: bytes
    size: int
