"""`AppThread`: the one thread on which an app's code and its callbacks run, one at a time.

The dock's programming paradigm: while app code runs, no callback is called and nothing is drawn. When it returns, the
thread is idle, and the `Agenda` says what comes next.

Two threads take part, and each owns what it changes, so there are no locks:

    Trio thread                                   app thread
    -----------                                   ----------
    add(entry), run(job): on the agenda
    _give_jobs: the next job         ---------->  takes it from the queue, which holds one at most
    _ended: the next one, or rest      <--------  job returned            (run_sync_soon)
    _report: on_error, or the nursery  <--------  ... or raised
    waiting_for_dock: time may go on   <--------  the job waits in from_thread.run for the dock

Everything that is counted is counted on the Trio thread: whether there is something to do, whether the thread has code
to run (then virtual time stands still), and what is pending in the dock. On virtual time the next job is chosen when
nothing else happens at this moment any more (`Turns.wait`), or which answer is there already would be a race.

The life of the thread. It begins with the first job: a dock that runs no app has none. It is owned by a task of the
dock's nursery, `_own_thread`, and ends when that task is cancelled. Python cannot stop a thread, so ending takes three
steps:

1. `_stopping` is set, and None is queued: no further job begins, and an idle thread wakes and returns.
2. App code that waits for the dock gets `DockStopped`, which no `except Exception` catches, and unwinds.
3. App code that computes or sleeps has `STOP_PATIENCE` seconds to return. After that the thread is abandoned with a
   warning that shows where it is. It can harm nobody: the dock it knows refuses every call.

While the dock's block is being left its door is closed, but the thread is not ended: callbacks of requests in flight
still run. One that asks for something new gets `DockStopped` too, and only that job ends.

Rejected: a thread for each callback (an app's variables would need locks, which the dock's apps do not have), and
running app code on the Trio thread (a blocking `http.get` in it could never be answered).
"""

from __future__ import annotations

import sys
import threading
import traceback
import warnings
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from queue import SimpleQueue

import trio

from .._trio.clock import hold_time, release_time
from .._trio.lifetime import CLOSED, DockClosed, Lifetime
from .._trio.pending import Pending
from .agenda import Agenda, Entry, Job

STOP_PATIENCE = 2.0  # seconds of real time that app code has to return in when the dock stops


class DockStopped(BaseException):
    """Raised in app code that calls a dock which is closed or stopping.

    Not an `Exception`, for the same reason as `trio.Cancelled`: an app's `except Exception` must not keep it going.
    """


class AppThread:
    """Runs the jobs of an agenda, one at a time, on one thread. The methods are for the Trio thread."""

    def __init__(
        self,
        lifetime: Lifetime,
        prepare: Callable[[], object],
        agenda: Agenda,
        before: Callable[[Job], Awaitable[None]],
        after_error: Callable[[Job, Exception], Awaitable[Job | None]],
        on_error: Callable[[Exception], None] | None,
    ) -> None:
        """
        Parameters:
            lifetime: of the dock: the thread's owner is a task of its nursery, and what is due is pending.
            prepare: called once on the new thread.
            agenda: what there is to do.
            before: awaited before each job.
            after_error: awaited when a job has raised, before anybody is told; it gives a job to do first.
            on_error: called on the Trio thread with what a job raised; None: it is raised in the nursery.
        """
        self._lifetime = lifetime
        self._prepare = prepare
        self._agenda = agenda
        self._before = before
        self._after_error = after_error
        self._raised: Exception | None = None  # by the job that has just ended
        self._awaited: dict[Job, Callable[[Exception | None], None]] = {}  # jobs of `run`, and who is told of their end
        self._tell_late: Callable[[Exception | None], None] | None = None  # nobody gives jobs any more, and one goes on
        self._on_error = on_error
        self._clock = trio.lowlevel.current_clock()
        self._token = trio.lowlevel.current_trio_token()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._gives_jobs = False  # `_give_jobs` has been started
        self._gives_no_more = False  # and has ended
        self._job_ended = trio.Event()
        self._agenda_changed = trio.Event()
        self._busy = False  # something is due, or has not finished
        self._has_job = False
        self._broken = False  # an error ends the dock
        self._running = Pending()  # 1 while the thread has code to run, 0 while it is idle or waits for the dock
        self._stopping = False  # no further job begins
        self._over = False  # the thread has ended, or is abandoned
        self._exited = threading.Event()
        self._exited.set()  # there is no thread yet
        self.ident: int | None = None  # of the thread, once it runs

    def add(self, entry: Entry) -> None:
        """Run a job when it is due and the thread gets to it. What it raises goes to `on_error`."""
        if not self._gives_jobs:
            self._gives_jobs = True
            self._lifetime.nursery.start_soon(self._give_jobs, name="dl7450 timers and callbacks")
        self._agenda.add(entry)
        self._agenda_changed.set()
        if entry.due <= trio.current_time() and not self._gives_no_more:  # else time would stand still for ever
            self._set_busy(True)

    def remove(self, entry: Entry) -> None:
        """Have a job not run that has not begun."""
        self._agenda.remove(entry)
        self._agenda_changed.set()  # time need not stop where nothing is due any more

    async def run(self, job: Job) -> None:
        """Run a job and wait for it; what it raises is raised here.

        If this is cancelled, a job that has not begun is left out; what one that has begun raises goes to `on_error`.
        """
        finished = trio.Event()
        is_waiting = True
        raised: Exception | None = None

        def end(error: Exception | None) -> None:
            nonlocal raised
            if is_waiting:
                raised = error
                finished.set()
            elif error is not None:
                self._report(error)

        self._awaited[job] = end
        entry = Entry(trio.current_time(), self._agenda.number(), job)
        self.add(entry)
        try:
            await finished.wait()
        except (trio.Cancelled, KeyboardInterrupt):
            if self._agenda.remove(entry):
                del self._awaited[job]
            if raised is not None:  # it came when this had been cancelled already
                self._report(raised)
            raise
        finally:
            is_waiting = False
        if raised is not None:
            raise raised

    @property
    def blocked(self) -> bool:
        """Whether the thread is idle, or waits for something that the dock does."""
        return not self._running.count

    @property
    def exited(self) -> bool:
        """Whether the thread has ended, or not begun; not if it was abandoned."""
        return self._exited.is_set()

    async def wait_blocked(self) -> None:
        """Wait until the thread is `blocked`."""
        await self._running.wait_none()

    @contextmanager
    def waiting_for_dock(self) -> Generator[None]:
        """While the app thread waits for something the dock does, (virtual) time goes on."""
        self._lifetime.turns.app_waits = True
        self._count_running()
        try:
            yield
        finally:
            self._lifetime.turns.app_waits = False
            self._count_running()

    def _set_busy(self, busy: bool) -> None:
        if busy and not self._busy:
            self._lifetime.pending.begin()
        elif self._busy and not busy:
            self._lifetime.pending.end()
        self._busy = busy
        self._count_running()

    async def _give_jobs(self) -> None:
        """Give the thread one job after the other, each when it is due."""
        try:
            while True:
                await self._lifetime.turns.wait()
                if self._broken:
                    await trio.sleep_forever()
                job = self._agenda.next_job(trio.current_time())
                if job is None:
                    await self._rest()
                else:
                    await self._do(job)
        finally:
            self._gives_no_more = True
            self._set_busy(False)

    async def _rest(self) -> None:
        self._agenda_changed = trio.Event()
        self._set_busy(False)
        with trio.move_on_at(self._agenda.next_due):
            await self._agenda_changed.wait()
        self._set_busy(True)

    async def _do(self, job: Job) -> None:
        """Have a job done, and what its error asks for; then tell whoever is to know."""
        await self._before(job)
        tell = self._awaited.pop(job, self._tell)
        error = await self._done(job, tell)
        try:
            first = None if error is None else await self._after_error(job, error)
            if first is not None:
                self._tell(await self._done(first, self._tell))
        finally:
            tell(error)

    async def _done(self, job: Job, tell: Callable[[Exception | None], None]) -> Exception | None:
        """Have a job done and return what it raised; if this is cancelled first, that is told."""
        if self.ident is None:
            self.ident = 0  # until the thread says
            self._lifetime.nursery.start_soon(self._own_thread, name="dl7450 app thread")
        self._job_ended = trio.Event()
        self._has_job = True
        self._count_running()
        self._jobs.put(job)
        try:
            await self._job_ended.wait()
        except trio.Cancelled:
            if self._has_job:
                self._tell_late = tell
            else:
                tell(self._raised)
            raise
        return self._raised

    def _ended(self, error: Exception | None) -> None:
        """The job has ended."""
        self._has_job = False
        self._count_running()
        self._raised = error
        self._job_ended.set()
        if self._tell_late is not None:
            self._tell_late(error)

    def _tell(self, error: Exception | None) -> None:
        if error is not None:
            self._report(error)

    def _report(self, error: Exception) -> None:
        if isinstance(error, DockClosed):  # nobody is left who wants to know
            return
        try:
            if self._on_error is None:
                raise error
            self._on_error(error)
        except Exception as unexpected:
            if not self._over:
                self._broken = True  # no further job begins
                self._lifetime.fail(unexpected)

    def _count_running(self) -> None:
        """Have virtual time stand still exactly while the thread has code to run, be it only to its end."""
        may_run = not self._lifetime.turns.app_waits and not self._over
        self._lifetime.turns.code.count_one(self._has_job and may_run)
        was_blocked = self.blocked
        self._running.count_one((self._busy or self._stopping) and may_run)
        if was_blocked and not self.blocked:
            hold_time(self._clock)
        elif self.blocked and not was_blocked:
            release_time(self._clock)

    async def _own_thread(self) -> None:
        limiter = trio.CapacityLimiter(2)  # not Trio's own: what else uses threads must not delay these two
        try:
            await trio.lowlevel.checkpoint_if_cancelled()  # the last moment at which there need be no thread
            self._exited.clear()
            # Abandonable, as no thread can be made to stop: below it gets all the time that is reasonable.
            await trio.to_thread.run_sync(self._work, abandon_on_cancel=True, limiter=limiter, thread_name="dl7450 app")
        finally:
            self._stopping = True
            self._jobs.put(None)
            self._count_running()
            with trio.CancelScope(shield=True):  # bounded: `wait` takes STOP_PATIENCE at most, in real time
                # Always wait in a thread, also where the event is set already: coming back from it lets the errors that
                # the app thread queued with `run_sync_soon` run before `_over` is set.
                exited = await trio.to_thread.run_sync(self._exited.wait, STOP_PATIENCE, limiter=limiter)
            self._over = True
            self._count_running()
            if not exited:
                warnings.warn(f"the app's code did not return, its thread is abandoned{self._where()}", stacklevel=1)

    def _work(self) -> None:
        """What the thread does."""
        self.ident = threading.get_ident()
        self._prepare()
        try:
            while (job := self._jobs.get()) is not None and not self._stopping:
                raised: Exception | None = None
                try:
                    job()
                except DockStopped:
                    # App code ends where it asks something of a closed dock. Other jobs may be waiting.
                    raised = DockClosed(CLOSED)
                    if self._lifetime.over:
                        self._soon(self._ended, raised)
                        break
                except Exception as error:
                    raised = error
                self._soon(self._ended, raised)
        finally:
            self._exited.set()

    def _soon(self, function: Callable[..., object], *args: object) -> None:
        with suppress(trio.RunFinishedError):  # an abandoned thread outlives its dock
            self._token.run_sync_soon(function, *args)

    def _where(self) -> str:
        frame = sys._current_frames().get(self.ident or 0)
        return "" if frame is None else ", it is here:\n" + "".join(traceback.format_stack(frame)[-3:])
