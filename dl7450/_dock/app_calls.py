"""`AppCalls`: every call of an app's code, on the app thread, in a span of its own; and the frame that follows.

The module of an app, its callbacks and the functions of its timers are called here and nowhere else.
When none of them is left to call and the screen has changed, the frame is rendered. Its span is a child of the span
that changed the screen last.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Protocol

import trio
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Tracer

from .._screen.state import Screen, ScreenState
from .._screen.traceback_box import traceback_box
from .._trio.app_spans import app_span
from .._trio.lifetime import DockClosed, Lifetime
from ..http._arguments import Callback
from ..http._client import Deliver
from ..http._response import Response
from .agenda import Agenda, Entry, Job
from .app_thread import AppThread
from .dock_timer import DockTimer
from .loader import AppError
from .tracebacks import format_app_error


class Caller(Protocol):
    """Has an app called."""

    async def unload(self) -> None:
        """Have nothing of the app called any more."""
        ...


NO_SPAN = Context()


class AppCalls:
    """Calls the code of one dock's apps. The methods are for the Trio thread.

    Attributes:
        screen: what the app has put on the screen.
        frame: the screen as it was rendered last, None before the first time.
        frames_rendered: how often that was.
        agenda: what is to be called.
        thread: the one thread that all calls are made on.
        on_returned: called on that thread each time that the app's code has returned.
        callers: what has the app called: for a moment, an answer, an event.
    """

    def __init__(
        self,
        lifetime: Lifetime,
        tracer: Tracer,
        now: Callable[[], int],
        prepare_thread: Callable[[], object],
        on_frame: Callable[[ScreenState], object] | None,
        on_error: Callable[[Exception], None] | None,
        keep_going: bool,
    ) -> None:
        """
        Parameters:
            lifetime: of the dock.
            tracer: makes the spans.
            now: the dock's clock, in nanoseconds since 1970.
            prepare_thread: called once on the app thread, before all else.
            on_frame: called on the app thread with every frame.
            on_error: called with what a callback or a timer raised; None: it is raised in the dock's nursery.
            keep_going: an app that raised goes on.
        """
        self.screen = Screen()
        self.frame: ScreenState | None = None
        self.frames_rendered = 0
        self.agenda = Agenda(self._render_if_changed)
        self.thread = AppThread(
            lifetime, prepare_thread, self.agenda, self._stop_old_app, self._show_traceback, on_error
        )
        self.callers: Sequence[Caller] = ()
        self.on_returned: Callable[[], object] = lambda: None
        self._tracer = tracer
        self._now = now
        self._on_frame = on_frame
        self._rendered_version = self.screen.version
        self._raised_in = Context()  # the span whose code raised last
        self._keep_going = keep_going
        self._modules: set[Job] = set()  # of apps that are to run
        self._shows_traceback = False
        self._changed_by = Context()  # the span that changed the screen last

    async def run_module(self, module: Callable[[], object], parent: Context) -> None:
        """Run the module of an app, or the function that stands for it, and wait; what it raises is raised here."""

        def job() -> None:
            with self._span("dl7450.app", module, parent):
                module()

        self._modules.add(job)
        try:
            await self.thread.run(job)
        finally:
            self._modules.discard(job)

    async def unload(self) -> None:
        """Stop the app in order: nothing of it is called any more, and its requests are cancelled, one by one."""
        for caller in self.callers:
            await caller.unload()
        self.agenda.clear(kept=self._modules)

    async def _stop_old_app(self, job: Job) -> None:
        if job not in self._modules:
            return
        await self.unload()
        if self._shows_traceback:
            self._shows_traceback = False
            self.screen.clear()

    async def _show_traceback(self, job: Job, error: Exception) -> Job | None:
        """Unload an app that raised and have its traceback drawn (dock SDK), unless it is to go on."""
        if self._keep_going or job == self._render or isinstance(error, DockClosed):
            return None
        await self.unload()
        self._shows_traceback = True
        self._changed_by = self._raised_in
        self.screen.clear()
        shown = error.__cause__ if isinstance(error, AppError) and error.__cause__ else error  # what does not compile
        self.screen.add_text_box(traceback_box(format_app_error(shown)))
        return self._render

    def deliver_in_order(self) -> Deliver:
        """A function that has a callback called; of answers of one moment, the one asked for first comes first."""
        return partial(self._deliver, self.agenda.number())

    def _deliver(
        self,
        number: int,
        callback: Callback,
        response: Response,
        parent: Context,
        still_wanted: Callable[[], bool],
    ) -> None:
        def job() -> None:
            if still_wanted():
                with self._span("dl7450.callback", callback, parent):
                    callback(response)

        self.thread.add(Entry(trio.current_time(), number, job))

    def notify(
        self,
        event: str,
        callback: Callable[..., object],
        arguments: Callable[[], tuple[object, ...]],
        links: Sequence[Link],
        still_wanted: Callable[[], bool],
        parent: Context = NO_SPAN,
        done: Callable[[], None] | None = None,
    ) -> None:
        """Call a callback for something that happened outside of the dock, if it is wanted by then.

        Parameters:
            event: what happened, for the span.
            callback: of the app.
            arguments: makes what it is called with.
            links: of the span.
            still_wanted: says at the last moment whether the callback may be called.
            parent: the context whose span is that of what happened; without one the span is the root of a trace.
            done: called on the app thread when the callback has returned, or is not called.
        """

        def job() -> None:
            try:
                if still_wanted():
                    with self._span("dl7450.callback", callback, parent, links):
                        trace.get_current_span().set_attribute("dl7450.event", event)
                        callback(*arguments())
            finally:
                if done is not None:
                    done()

        self.thread.add(Entry(trio.current_time(), self.agenda.number(), job))

    def call_timer(self, timer: DockTimer) -> None:
        """Call the function of a timer that is due, unless it is cancelled by then. On the app thread."""
        if timer.cancelled:  # what is not called has no span
            return
        with self._span("dl7450.timer", timer.function, Context(), timer.links):
            if not timer.cancelled:  # another thread may have cancelled while the span began
                timer.function()

    @contextmanager
    def _span(
        self, name: str, function: Callable[..., object], parent: Context, links: Sequence[Link] = ()
    ) -> Generator[None]:
        before = self.screen.version
        with app_span(self._tracer, name, function, self._now, parent, links) as span:
            try:
                yield
            except Exception:
                self._raised_in = trace.set_span_in_context(span, Context())
                raise
            finally:
                if self.screen.version != before:
                    self._changed_by = trace.set_span_in_context(span, Context())
                self.on_returned()

    def _render_if_changed(self) -> Job | None:
        return None if self.screen.version == self._rendered_version else self._render

    def _render(self) -> None:
        self._rendered_version, frame = self.screen.version, self.screen.shown()
        self.frame = frame
        self.frames_rendered += 1
        with app_span(self._tracer, "dl7450.render", None, self._now, self._changed_by):
            if self._on_frame is not None:
                self._on_frame(frame)
