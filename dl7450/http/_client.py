"""`HttpClient`: the only code that makes a request.

A request holds one of 16 tokens from the call until its body has been read. It runs below one cancel scope, whose
deadline is the request's timeout: that of its control object, or of the caller's visit of the dock. However it ends,
`_perform` is where the token comes back, the statistics count it and the span ends, in this order and without a
checkpoint between.

The sync functions and the callback functions of the SDK are thin bridges over it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias, TypeVar, TypeVarTuple

import httpx2
import trio
from opentelemetry.context import Context

from .._trio.app_spans import app_span
from .._trio.lifetime import CLOSED_MEANWHILE, DockClosed, Lifetime, Visit
from .._trio.timed_scope import TimedScope
from .._trio.turns import NO_TURN
from ._arguments import Call, Callback, Data, check_call, check_callback, check_wait
from ._control import RequestControl
from ._curl import FailedRequest, Failure, code_of
from ._exchange import Exchange
from ._response import Response
from ._sender import Sender
from ._tracing import HttpTracing, RequestSpan

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# Calls a callback where callbacks run: on the app thread (`AppCode`), or in Trio (`_run_callback`). The parameters: the
# callback, its answer, the context whose span is the request's, and what says at the last moment whether to call it.
Deliver: TypeAlias = Callable[[Callback, Response, Context, Callable[[], bool]], None]

REQUESTS_MAX = 16  # dock SDK
TIMEOUT = 40.0  # seconds; dock SDK 0.6


@dataclass(frozen=True)
class HttpStatistics:
    """A dock's requests so far.

    `limit` and `in_flight` are tokens; the others count requests that ended: `completed` with an HTTP status, `failed`
    with a libcurl code, `rejected` with code 89 as all tokens were taken, `cancelled` by their caller.
    """

    limit: int
    in_flight: int
    completed: int = 0
    failed: int = 0
    rejected: int = 0
    cancelled: int = 0


class AppCode(Protocol):
    """Calls the callbacks of an app on its own thread."""

    def deliver_in_order(self) -> Deliver:
        """A function that calls a callback; of answers of one moment, the one that was asked for first comes first."""
        ...


class ThreadCalls(Protocol):
    """How threads that are not Trio's get into a dock."""

    def visit(self, afn: Callable[[Visit, *Ts], Awaitable[T]], *args: *Ts) -> T:
        """Run an async function in the dock's Trio run; it begins the visit by itself, and ends it."""
        ...

    def start(self, function: Callable[[*Ts], None], *args: *Ts) -> None:
        """Have something that the dock does begin; the app thread does not wait for that."""
        ...

    def call_while_open(self, afn: Callable[[], Awaitable[None]]) -> None:
        """Run an async function in the dock's Trio run, if the dock is open."""
        ...


class HttpClient:
    """A dock's requests. The methods are for Trio tasks; apps use the functions of `dl7450.http`.

    Attributes:
        unanswered: requests with a callback that is still to be given its answer.
    """

    def __init__(
        self,
        lifetime: Lifetime,
        transport: httpx2.AsyncBaseTransport,
        tracing: HttpTracing,
        app_code: AppCode,
        thread_calls: ThreadCalls,
        max_response_bytes: int,
    ) -> None:
        self._lifetime = lifetime
        self._sender = Sender(transport, max_response_bytes)
        self._tracing = tracing
        self._app_code = app_code
        self._thread_calls = thread_calls
        self._token = trio.lowlevel.current_trio_token()
        self._limiter = trio.CapacityLimiter(REQUESTS_MAX)
        self._counts: Counter[str] = Counter()
        self.unanswered = 0
        self._of_app: dict[RequestControl, None] = {}  # requests in flight that have the app called, in order

    @property
    def waiting(self) -> int:
        """How many requests wait for a token."""
        return self._limiter.statistics().tasks_waiting

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        data: Data | None = None,
        *,
        timeout: float = TIMEOUT,  # noqa: ASYNC109  the dock's parameter: running out is an answer, not an exception
        cacert: str | None = None,
        wait: bool = False,
    ) -> Response:
        """Fetch a URL with GET. Parameters and result are those of `request`."""
        call = check_call("GET", url, headers, data, timeout, cacert)
        return await self._make(self._lifetime.visit(), call, "trio", wait)

    async def post(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        data: Data | None = None,
        *,
        timeout: float = TIMEOUT,  # noqa: ASYNC109
        cacert: str | None = None,
        wait: bool = False,
    ) -> Response:
        """Send data to a URL with POST. Parameters and result are those of `request`."""
        call = check_call("POST", url, headers, data, timeout, cacert)
        return await self._make(self._lifetime.visit(), call, "trio", wait)

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        data: Data | None = None,
        *,
        timeout: float = TIMEOUT,  # noqa: ASYNC109
        cacert: str | None = None,
        wait: bool = False,
    ) -> Response:
        """Make a request and wait for its answer.

        Parameters:
            method: the HTTP method, such as `GET`.
            url: an http or https URL.
            headers: sent as given and in this order.
            data: the body in bytes; with any method.
            timeout: seconds for the whole exchange, 0 for none. Waiting for a token does not count.
            cacert: PEM certificates; then only these are trusted.
            wait: wait for a token when 16 requests are in flight, instead of being answered with code 89.

        Raises:
            TypeError, ValueError: misuse; the message names the fix.
            trio.ClosedResourceError: the dock is closed.

        A request that fails is answered: `status_code()` is then a libcurl error code from 1 to 99.
        """
        call = check_call(method, url, headers, data, timeout, cacert)
        return await self._make(self._lifetime.visit(), call, "trio", wait)

    def get_async(
        self,
        url: str,
        on_complete: Callback | None = None,
        headers: Mapping[str, str] | None = None,
        data: Data | None = None,
        *,
        timeout: float = TIMEOUT,
        cacert: str | None = None,
        on_response: Callback | None = None,
    ) -> RequestControl:
        """Start a GET. The callback runs in Trio, in a task of the dock; what it raises stops the dock."""
        callback = check_callback(on_complete, on_response)
        return self._start(check_call("GET", url, headers, data, timeout, cacert), callback)

    def post_async(
        self,
        url: str,
        on_complete: Callback | None = None,
        headers: Mapping[str, str] | None = None,
        data: Data | None = None,
        *,
        timeout: float = TIMEOUT,
        cacert: str | None = None,
        on_response: Callback | None = None,
    ) -> RequestControl:
        """Start a POST. See `get_async`."""
        callback = check_callback(on_complete, on_response)
        return self._start(check_call("POST", url, headers, data, timeout, cacert), callback)

    def statistics(self) -> HttpStatistics:
        """The dock's requests so far, as an immutable object."""
        return HttpStatistics(REQUESTS_MAX, self._limiter.borrowed_tokens, **self._counts)

    def _start(self, call: Call, callback: Callback) -> RequestControl:
        self._lifetime.check()
        control = self._control()
        self._begin(control, call, callback, self._run_callback)
        return control

    def _start_from_thread(self, call: Call, callback: Callback) -> RequestControl:
        """Start a checked request whose answer goes to a callback on the app thread. For `dl7450.http`."""
        control = self._control()
        self._thread_calls.start(self._begin_in_order, control, call, callback)
        return control

    def _control(self) -> RequestControl:
        return RequestControl(self._thread_calls.call_while_open, self._token)

    def _begin_in_order(self, control: RequestControl, call: Call, callback: Callback) -> None:
        self._begin(control, call, callback, self._app_code.deliver_in_order(), self._lifetime.turns.in_turn())
        self._of_app[control] = None

    async def unload(self) -> None:
        """Cancel the app's requests, one after the other: it has ended."""
        for control in list(self._of_app):
            control._cancelled = True
            control._cancel()
            await control._ended.wait()

    def _begin(
        self,
        control: RequestControl,
        call: Call,
        callback: Callback,
        deliver: Deliver,
        turn: AbstractAsyncContextManager[None] = NO_TURN,
    ) -> None:
        # The span first: if starting it raised after a token was taken, the token would leak.
        span = self._span(call, "callback")
        admitted = self._admit(call)
        self.unanswered += 1
        self._lifetime.pending.begin()
        self._lifetime.nursery.start_soon(
            self._answer, call, span, admitted, turn, control, callback, deliver, name=f"{call.method} {call.shown_url}"
        )

    def _make_from_thread(self, call: Call) -> Response:
        """Make a checked request and wait for its answer, on any thread but Trio's. For `dl7450.http`."""
        return self._thread_calls.visit(self._make, call, "sync")

    async def _make(self, visit: Visit, call: Call, api: str, wait: bool = False) -> Response:
        check_wait(wait)
        await visit.begin()
        self._lifetime.pending.begin()
        turns = self._lifetime.turns
        turn = turns.in_turn() if api == "sync" and turns.app_waits else NO_TURN
        try:
            span = self._span(call, api)
            response = await self._perform(call, span, self._admit(call), visit, turn, wait=wait)
        finally:
            self._lifetime.pending.end()
            visit.end()
        if response is None:
            raise DockClosed(CLOSED_MEANWHILE)
        return response

    def _admit(self, call: Call) -> bool:
        try:
            self._limiter.acquire_on_behalf_of_nowait(call)
        except trio.WouldBlock:
            return False
        return True

    def _span(self, call: Call, api: str) -> RequestSpan:
        return self._tracing.start(call, api, self._limiter.borrowed_tokens + 1)

    async def _answer(
        self,
        call: Call,
        span: RequestSpan,
        admitted: bool,
        turn: AbstractAsyncContextManager[None],
        control: RequestControl,
        callback: Callback,
        deliver: Deliver,
    ) -> None:
        try:
            response = await self._perform(call, span, admitted, control._scope, turn)
            if response is not None and not self._lifetime.over:  # a dock that stops calls nobody any more
                deliver(callback, response, span.context, control._is_wanted)
        finally:
            control._ended.set()
            self._of_app.pop(control, None)
            self.unanswered -= 1
            self._lifetime.pending.end()

    async def _perform(
        self,
        call: Call,
        span: RequestSpan,
        admitted: bool,
        timed: TimedScope,
        turn: AbstractAsyncContextManager[None],
        *,
        wait: bool = False,
    ) -> Response | None:
        """Do the exchange; whichever way it ends, give the token back, count the request and end its span.

        Parameters:
            timed: the scope around the exchange, which gets the deadline.
            turn: when it is to begin and to end, on virtual time.

        Returns:
            The answer; None if somebody has cancelled the scope.
        """
        exchange, scope = Exchange(self._tracing.now), timed.scope
        counted, end_span = "failed", span.end_interrupted
        cancelled: trio.Cancelled | KeyboardInterrupt | None = None
        try:
            takes_turns = turn is not NO_TURN
            if not (admitted or wait or takes_turns):
                await trio.lowlevel.checkpoint()  # not in the scope: to enter one is a third of what a refusal takes
                if not timed.cancelled:
                    raise FailedRequest(Failure.NO_TOKEN)
            if admitted and not takes_turns:
                scope.relative_deadline = call.timeout
            with scope:
                try:
                    if wait and not admitted:
                        await self._limiter.acquire_on_behalf_of(call)
                        admitted = True
                        scope.relative_deadline = call.timeout
                    async with turn:
                        if not takes_turns and (not admitted or call.failure or self._sender.may_answer_from_memory):
                            # Every request must be a checkpoint. A turn is one, and so is a real connection; a
                            # transport in memory may not be.
                            await trio.lowlevel.checkpoint()
                        if not admitted:
                            raise FailedRequest(Failure.NO_TOKEN)
                        exchanged = self._exchange_in_time if takes_turns else self._sender.send
                        response = await exchanged(call, span, exchange)
                except (trio.Cancelled, KeyboardInterrupt) as error:
                    cancelled = error  # the scope may catch it
                    raise
            if scope.cancelled_caught and not timed.cancelled:
                raise FailedRequest(Failure.DEADLINE)
            if cancelled is not None:
                counted, end_span = "cancelled", partial(span.end_cancelled, cancelled)
                return None
        except FailedRequest as failed:
            code = code_of(failed.failure, exchange)
            counted, end_span = "failed" if admitted else "rejected", partial(span.end_failed, code, failed.detail)
            return Response(int(code), {}, bytearray())
        except (trio.Cancelled, KeyboardInterrupt) as error:
            counted, end_span = "cancelled", partial(span.end_cancelled, error)
            raise
        else:
            counted, end_span = "completed", partial(span.end_answered, response)
            return response
        finally:
            if admitted:
                self._limiter.release_on_behalf_of(call)
            self._counts[counted] += 1
            end_span(exchange)
            del cancelled, end_span  # an exception that its own traceback leads to would wait for the garbage collector

    async def _exchange_in_time(self, call: Call, span: RequestSpan, exchange: Exchange) -> Response:
        """With a deadline of its own: a request that it ends waits for its turn, and can be cancelled meanwhile."""
        with trio.move_on_after(call.timeout):
            return await self._sender.send(call, span, exchange)
        raise FailedRequest(Failure.DEADLINE)

    def _run_callback(
        self, callback: Callback, response: Response, context: Context, still_wanted: Callable[[], bool]
    ) -> None:
        if not still_wanted():
            return
        with (
            app_span(self._tracing.tracer, "dl7450.callback", callback, self._tracing.now, context),
            suppress(DockClosed) if self._lifetime.door_closed else nullcontext(),  # a chain of requests ends here
        ):
            callback(response)
