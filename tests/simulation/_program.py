"""What a simulated program may be: docks, what their apps and tasks do, and what the network does to them.

A program is plain data, so that it can be shrunk, printed and run again. Its times are drawn from a few values only:
it is at the same moment that things go wrong. All times are in seconds.
"""

from dataclasses import MISSING, dataclass, fields
from typing import Literal, TypeAlias, TypeVar

from hypothesis import strategies as st

TOKENS = 16  # requests that may be in flight (dock SDK)

T = TypeVar("T")


class _Shown:
    """Shows itself without the fields that have their default: what is left is what matters."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._given())})"

    def _given(self) -> list[tuple[str, object]]:
        values = [(field, getattr(self, field.name)) for field in fields(self)]  # type: ignore[arg-type] # a dataclass
        return [(field.name, value) for field, value in values if field.default is MISSING or value != field.default]


@dataclass(frozen=True, repr=False)
class Place(_Shown):
    """An address of a host: what connecting to it does, and after how long."""

    connecting: Literal["opens", "refuses", "hangs"] = "opens"
    after: float = 0


@dataclass(frozen=True, repr=False)
class Host(_Shown):
    """A host name: its addresses, and how long finding them takes. The n-th host of a program is `host<n>`."""

    places: tuple[Place, ...] = (Place(),)
    lookup: float = 0


@dataclass(frozen=True, repr=False)
class Answer(_Shown):
    """What a server does with one request, and with the connection afterwards.

    Attributes:
        after: time until the first byte.
        framing: how the end of the body is known; or something that is not an answer.
        size: how often the body repeats the request's number.
        pieces: how many fragments the answer comes in.
        gap: time between two of them.
        interim: an interim answer comes first.
        kept: the share of the bytes that come at all.
        then: what happens to the connection when they have come.
        later: time until it happens.
        reads: the server reads the request's data; else it answers when it has seen the headers.
    """

    after: float = 0
    framing: Literal["length", "chunked", "until closed", "no HTTP", "bad chunk"] = "length"
    size: int = 1
    pieces: int = 1
    gap: float = 0
    interim: bool = False
    kept: float = 1
    then: Literal["stays", "closes", "resets", "speaks"] = "stays"
    later: float = 0
    reads: bool = True

    @property
    def takes(self) -> float:
        """The time until the answer is complete; infinite if it never is."""
        if self.kept < 1 or not self.reads or self.framing in {"no HTTP", "bad chunk"}:
            return float("inf")
        last = self.after + self.gap * (self.pieces - 1)
        if self.framing != "until closed":
            return last
        return last + self.gap + self.later if self.then == "closes" else float("inf")


@dataclass(frozen=True, repr=False)
class Fetch(_Shown):
    """Make requests.

    Attributes:
        answer: what the server does.
        host: which one.
        timeout: as in the call.
        data: bytes that are sent along.
        style: `waits` for the answer (in an app the sync functions, in a task `await`), or has a `callback` called.
        patient: waits for a token (`wait=True`); in tasks only.
        times: how many, all at once; with a callback only.
        then: what is done next: in the callback, or after the answer.
    """

    answer: Answer = Answer()
    host: int = 0
    timeout: float = 8
    data: int = 0
    style: Literal["waits", "callback"] = "waits"
    patient: bool = False
    times: int = 1
    then: "tuple[Action, ...]" = ()


@dataclass(frozen=True, repr=False)
class Cancel(_Shown):
    """Cancel one of the requests with a callback that the dock has made so far: the one `back` from the last."""

    back: int = 0


@dataclass(frozen=True, repr=False)
class Wakeup(_Shown):
    """Set a timer; in an app only."""

    delay: float = 0
    period: float = 0
    then: "tuple[Action, ...]" = ()


@dataclass(frozen=True, repr=False)
class StopTimer(_Shown):
    """Cancel one of the timers set so far; in an app only."""

    back: int = 0


@dataclass(frozen=True, repr=False)
class Sleep(_Shown):
    """Wait; in a task only."""

    seconds: float = 1


@dataclass(frozen=True, repr=False)
class Fail(_Shown):
    """Raise an exception."""


Action: TypeAlias = Fetch | Cancel | Wakeup | StopTimer | Sleep | Fail


@dataclass(frozen=True, repr=False)
class Task(_Shown):
    """Somebody who uses a dock.

    Attributes:
        actions: what is done.
        kind: an `app` that is run on the dock, a Trio `task` in the dock's block, a task `outside` of it, which is
            still there when the dock closes, or a `thread` of which the dock knows nothing.
        cancelled_at: when its cancel scope is cancelled, from when the dock was opened; None: never.
    """

    actions: tuple[Action, ...] = ()
    kind: Literal["app", "task", "outside", "thread"] = "task"
    cancelled_at: float | None = None


@dataclass(frozen=True, repr=False)
class DockPlan(_Shown):
    """One dock.

    Attributes:
        tasks: who uses it. When those inside of its block are done, the block ends.
        opens: when.
        closes: when its block ends at the latest, from when it was opened.
        ends: how it then ends: by leaving, by an error, or by cancellation.
        goes_on: what callbacks raise goes to `on_error` instead of stopping the dock.
        body_max: bytes that the body of an answer may have.
    """

    tasks: tuple[Task, ...] = ()
    opens: float = 0
    closes: float = 30
    ends: Literal["leaves", "raises", "is cancelled"] = "leaves"
    goes_on: bool = False
    body_max: int = 1_000_000


@dataclass(frozen=True, repr=False)
class Program(_Shown):
    """All of it. `schedule` is the seed by which tasks and threads take turns."""

    docks: tuple[DockPlan, ...] = ()
    hosts: tuple[Host, ...] = (Host(), Host())
    schedule: int = 0

    def __str__(self) -> str:
        return _indented(self)


def _indented(value: object, indent: str = "") -> str:
    """The `repr`, over as many lines as it takes."""
    deeper = indent + "    "
    if len(indent) + len(repr(value)) <= 100:
        return repr(value)
    if isinstance(value, _Shown):
        inner = "".join(f"{deeper}{name}={_indented(part, deeper)},\n" for name, part in value._given())
        return f"{type(value).__name__}(\n{inner}{indent})"
    if isinstance(value, tuple):
        inner = "".join(f"{deeper}{_indented(part, deeper)},\n" for part in value)
        return f"(\n{inner}{indent})"
    return repr(value)


# Strategies. What comes first is simplest: shrinking goes that way.


def _mostly(usual: T, *others: T) -> st.SearchStrategy[T]:
    return st.sampled_from((usual,) * 3 * len(others) + others)


def _some(elements: st.SearchStrategy[T], most: int) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(elements, min_size=1, max_size=most).map(tuple)


_times = st.sampled_from((0, 1, 2, 5))
_hosts = st.builds(
    Host,
    _mostly(
        (Place(),),
        (),
        (Place("refuses"),),
        (Place("opens", 1), Place()),
        (Place("refuses", 1), Place()),
        (Place("hangs"), Place()),
    ),
    lookup=_mostly(0, 1),
)
_answers = st.builds(
    Answer,
    after=_times,
    framing=_mostly("length", "chunked", "until closed", "no HTTP", "bad chunk"),
    size=_mostly(1, 0, 30_000),
    pieces=st.sampled_from((1, 2, 7)),
    gap=_mostly(0, 1),
    interim=_mostly(False, True),
    kept=_mostly(1, 0, 0.3, 0.9),
    then=st.sampled_from(("stays", "stays", "closes", "resets", "speaks")),
    later=st.sampled_from((0, 1)),
    reads=_mostly(True, True, False),
)
_fetches = {
    "answer": _answers,
    "host": _mostly(0, 1),
    "timeout": _mostly(8, 1, 2),
    "data": _mostly(0, 10, 200_000),
}


def _actions(kind: Literal["app", "task", "callback"], depth: int = 2) -> st.SearchStrategy[tuple[Action, ...]]:
    """What can be done in an app, in a task, and in a callback that runs in Trio, where nothing can be waited for."""
    then = st.just(()) if depth == 0 else st.just(()) | _actions("callback" if kind == "task" else kind, depth - 1)
    choices: list[st.SearchStrategy[Action]] = []
    if kind == "app":
        choices += [
            st.builds(Fetch, then=then, **_fetches),
            st.builds(Wakeup, _times, _mostly(0, 5), then),
            st.builds(StopTimer, st.integers(0, 2)),
        ]
    if kind == "task":
        choices += [st.builds(Sleep, _times), st.builds(Fetch, patient=st.booleans(), **_fetches)]
    choices += [
        st.builds(Fetch, style=st.just("callback"), times=_mostly(1, 3, TOKENS + 1), then=then, **_fetches),
        st.builds(Cancel, st.integers(0, 2)),
        st.builds(Fail),
    ]
    return _some(st.one_of(choices), 4)


_cancelled_at = _mostly(None, 0, 1, 2, 5)
_tasks = st.one_of(
    st.builds(Task, _actions("app"), st.sampled_from(("app", "thread")), _cancelled_at),
    st.builds(Task, _actions("task"), st.sampled_from(("task", "outside")), _cancelled_at),
)
_docks = st.builds(
    DockPlan,
    _some(_tasks, 4),
    opens=_mostly(0, 1, 5),
    closes=_mostly(30, 0, 1, 2, 5),
    ends=st.sampled_from(("leaves", "raises", "is cancelled")),
    goes_on=st.booleans(),
    body_max=_mostly(1_000_000, 1000),
)
programs: st.SearchStrategy[Program] = st.builds(
    Program, _some(_docks, 3), st.tuples(_hosts, _hosts), st.integers(0, 2**32)
)
