"""What must hold: the rules that every run of a program is checked against, and the story it tells of a breach.

What an app, a task, a server and a span say of each request is told to the dock's `DockRules`; they compare it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opentelemetry.sdk.trace import ReadableSpan, Span
from trio.testing import MockClock

from dl7450.http._client import HttpStatistics
from dl7450.http._curl import CurlCode
from dl7450.http._response import Response
from dl7450.http._transport import RESENDS_MAX
from tests.simulation._program import TOKENS, DockPlan, Fetch, Host, Place
from tests.simulation._simulated_network import UNASKED, body_of

EPSILON = 1e-6  # seconds


class SimulatedError(Exception):
    """What an app or a task raises on purpose."""


class Story:
    """What happened in a run, with the (virtual) time, and which rules were broken."""

    def __init__(self, clock: MockClock) -> None:
        self.lines: list[str] = []
        self.violations: list[str] = []
        self._clock = clock

    def tell(self, text: str) -> None:
        self.lines.append(f"{self._clock.current_time():8.3f}  {text}")

    def violate(self, text: str) -> None:
        """A rule is broken."""
        if text not in self.violations:
            self.tell(f"VIOLATION: {text}")
            self.violations.append(text)


@dataclass(eq=False)
class Request:
    """What is known of one request. `number` is its path, too."""

    number: int
    fetch: Fetch
    rules: "DockRules"
    refused: bool = False  # the call raised, as the dock was closing or closed
    span: Span | None = None
    ends: int = 0  # of the span
    callbacks: int = 0
    cancel_called: bool = False  # from here on the callback may be called or not
    cancelled: bool = False  # cancel() has returned before the callback was called

    @property
    def url(self) -> str:
        return f"http://host{self.fetch.host}/{self.number}"

    @property
    def had_token_at_start(self) -> bool:
        assert self.span is not None
        assert self.span.attributes is not None
        return int(str(self.span.attributes["dl7450.http.in_flight"])) <= TOKENS


class DockRules:
    """The rules for one dock."""

    def __init__(self, index: int, plan: DockPlan, hosts: Sequence[Host], story: Story) -> None:
        self.ended_in_order = False
        self._name = f"dock {index}"
        self._plan = plan
        self._hosts = hosts
        self._story = story
        self._requests: list[Request] = []
        self._in_flight: set[Request] = set()  # those with a span that has not ended
        self._counts: Counter[str] = Counter()  # how requests ended, by their spans
        self._lost_errors: set[SimulatedError] = set()  # raised, and nobody has heard of them yet
        self._is_closed = False

    # What happens

    def opens(self) -> None:
        self._story.tell(f"{self._name} is open")

    def request_begins(self, number: int, fetch: Fetch) -> Request:
        request = Request(number, fetch, self)
        self._requests.append(request)
        self._story.tell(f"request {number} begins on {self._name}")
        return request

    def span_starts(self, request: Request, span: Span) -> None:
        if request.span is not None:
            self._story.violate(f"request {request.number} has a second span")
        request.span = span
        self._in_flight.add(request)

    def span_ends(self, request: Request, span: ReadableSpan) -> None:
        self._story.tell(f"request {request.number} ended")
        request.ends += 1
        self._in_flight.discard(request)
        self._check_end(request, span)

    def calls_back(self, request: Request, response: Response) -> None:
        self._story.tell(f"request {request.number} is told {response}")
        request.callbacks += 1
        if request.callbacks > 1:
            self._story.violate(f"the callback of request {request.number} was called again")
        if request.cancelled:
            self._story.violate(f"the callback of request {request.number} was called after cancel() had returned")
        if request.ends != 1:
            self._story.violate(f"the callback of request {request.number} was called before it ended")
        self.answers(request, response)

    def answers(self, request: Request, response: Response) -> None:
        """It is this request's answer and no other's, and nothing is missing unless the server left it out."""
        number, answer, status = request.number, request.fetch.answer, response.status_code()
        headers, body = response.headers(), bytes(response.body())
        whole = body_of(answer, number)
        if status != 200:
            fits = status in set(CurlCode) and not headers and not body
        elif answer.kept < 1 or answer.framing == "until closed":
            whole += UNASKED if answer.then == "speaks" else b""
            fits = whole.startswith(body) and headers.get("X-Number", str(number)) == str(number)
        else:
            fits = body == whole and headers["X-Number"] == str(number)
        if not fits or len(body) > self._plan.body_max:
            self._story.violate(f"request {number} got another answer: {response}, {headers}")

    def cancels(self, request: Request, *, waits: bool) -> None:
        """cancel() has returned; with `waits` it returns when the request has ended."""
        self._story.tell(f"request {request.number} is cancelled")
        request.cancelled = request.callbacks == 0
        if waits and request.ends != 1:
            self._story.violate(f"request {request.number} is still in flight when cancel() returns")

    def app_code_begins(self) -> None:
        if self._is_closed:
            self._story.violate(f"{self._name} runs app code after it was closed")

    def fails(self) -> None:
        """Raise a simulated error: somebody has to hear of it."""
        self._story.tell(f"something fails on {self._name}")
        error = SimulatedError()
        self._lost_errors.add(error)
        raise error

    def hears(self, error: BaseException) -> None:
        """A simulated error, or a group of them, is where an app's author would see it."""
        if isinstance(error, BaseExceptionGroup):
            for part in error.exceptions:
                self.hears(part)
        elif isinstance(error, SimulatedError):
            self._story.tell(f"a failure on {self._name} is heard of")
            self._lost_errors.remove(error)
        else:
            raise error

    # What must hold

    def check_step(self, tokens: int) -> None:
        """A token for each request in flight and none otherwise. Those who wait for one may have it by now."""
        patient = sum(request.fetch.patient for request in self._in_flight)
        least = sum(not request.fetch.patient and request.had_token_at_start for request in self._in_flight)
        if not least <= tokens <= min(TOKENS, least + patient):
            self._story.violate(f"{self._name} has lent {tokens} tokens for {least} requests in flight")

    def check_closed(self, statistics: HttpStatistics, open_connections: int) -> None:
        """Nothing is left, and the statistics say what the spans say."""
        self._story.tell(f"{self._name} is closed")
        self._is_closed = True
        left = {
            "requests in flight": len(self._in_flight),
            "errors of which nobody has heard": len(self._lost_errors),
            "open connections": open_connections,
        }
        for what, count in left.items():
            if count:
                self._story.violate(f"{self._name} closed and left {count} {what}")
        expected = HttpStatistics(TOKENS, 0, **self._counts)
        if statistics != expected:
            self._story.violate(f"{self._name} says {statistics}, its spans say {expected}")

    def check_over(self) -> None:
        """Each request has had one span, and its callback was called once if nothing came in between."""
        for request in self._requests:
            spans = int(request.span is not None)
            if request.ends != spans or (not spans and not request.refused):
                self._story.violate(f"request {request.number} has {spans} spans, and {request.ends} ends of them")
            expects_call = request.fetch.style == "callback" and not request.cancel_called and not request.refused
            if self.ended_in_order and expects_call and request.callbacks != 1:
                self._story.violate(f"the callback of request {request.number} was called {request.callbacks} times")

    def _check_end(self, request: Request, span: ReadableSpan) -> None:
        """It ended in one of the ways there are, in time, and not with a failure that nothing explains."""
        attributes = span.attributes or {}
        code = attributes.get("dl7450.curl.code")
        ends: dict[str, Callable[[], bool]] = {
            "cancelled": lambda: "dl7450.cancelled" in attributes,
            "rejected": lambda: code == CurlCode.NO_CONNECTION_AVAILABLE and not request.had_token_at_start,
            "failed": lambda: code is not None and not self._must_succeed(request),
            "completed": lambda: "http.response.status_code" in attributes,
        }
        end = next((end for end, is_so in ends.items() if is_so()), None)
        if end is None:
            self._story.violate(f"request {request.number} ended with {code}, although nothing disturbs it")
            return
        self._counts[end] += 1
        assert span.start_time is not None
        assert span.end_time is not None
        seconds, timeout = (span.end_time - span.start_time) / 1e9, request.fetch.timeout
        too_late = seconds > timeout + EPSILON
        too_early = code == CurlCode.OPERATION_TIMEDOUT and seconds < timeout - EPSILON
        if (too_late or too_early) and not request.fetch.patient:
            self._story.violate(f"request {request.number} ended after {seconds} s, its timeout is {timeout} s")

    def _must_succeed(self, request: Request) -> bool:
        """Its server answers in time, even if every connection that could be used again dies just then."""
        fetch, host = request.fetch, self._hosts[request.fetch.host]
        others = (other.fetch for other in self._requests if other is not request and other.fetch.host == fetch.host)
        delays = [
            other.answer.gap + other.answer.later for other in others if other.answer.then in {"closes", "resets"}
        ]
        return (
            len(body_of(fetch.answer, request.number)) <= self._plan.body_max
            and host.places[:1] in {(Place(),), (Place("opens", 1),)}
            and host.lookup + host.places[0].after + fetch.answer.takes + sum(delays) < fetch.timeout
            and sum(delay > 0 for delay in delays) <= RESENDS_MAX
        )
