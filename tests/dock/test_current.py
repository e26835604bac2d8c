"""Which dock a call belongs to; the default dock of plain scripts, to the end of the interpreter."""

import sys
import threading

import pytest
import trio

import dl7450
from dl7450._dock.current import current_dock
from tests._scripts import Ended, script
from tests._styles import sees_the_end
from tests.conformance._scenario import FINE
from tests.conformance._server import FaultServer, fault_server, request


def url_of(server: FaultServer) -> str:
    return f"http://{server.host}:{server.port}/"


async def test_an_app_belongs_to_its_own_dock_and_its_threads_to_the_only_open_one() -> None:
    found: list[dl7450.Dock] = []

    def app() -> None:
        found.append(current_dock())
        thread = threading.Thread(target=lambda: found.append(current_dock()))
        thread.start()
        thread.join()

    async with dl7450.open_dock() as dock:
        await dock.run_app(app)
        found.append(current_dock())
        async with dl7450.open_dock() as inner:
            await inner.run_app(lambda: found.append(current_dock()))
            with pytest.raises(RuntimeError, match=r"^2 docks are open"):
                current_dock()
    assert found == [dock, dock, dock, inner]


async def run_script(source: str, server: FaultServer) -> Ended:
    async with script(source, url_of(server)) as running:
        return await running.end()


async def test_a_plain_script_just_works() -> None:
    source = """\
import sys
from dl7450 import http
for _ in range(2):
    print(http.get(sys.argv[1]).status_code())
"""
    async with fault_server(FINE) as server:
        assert await run_script(source, server) == Ended(0, "200\n200\n", "")
    assert [seen.connection for seen in server.log.requests] == [0, 0]


async def test_threads_of_a_script_share_one_default_dock() -> None:
    source = """\
import sys, threading
from dl7450 import http
from dl7450._dock.current import current_dock

found, codes = [], []
def work():
    codes.append(http.get(sys.argv[1]).status_code())
    found.append(current_dock())

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(codes == [200] * 8, len(set(found)), found[0].http.statistics().completed)
"""
    async with fault_server(FINE) as server:
        assert await run_script(source, server) == Ended(0, "True 1 8\n", "")


async def test_a_script_gets_its_callbacks_one_at_a_time_on_a_thread_of_the_dock() -> None:
    source = """\
import sys, threading
from dl7450 import http

threads, done, inside = set(), threading.Semaphore(0), []
def on_response(response):
    inside.append(response.status_code())
    threads.add(threading.current_thread())
    print(len(inside), end=" ")
    inside.pop()
    done.release()

for _ in range(10):
    http.get_async(sys.argv[1], on_response=on_response)
for _ in range(10):
    done.acquire()
print(len(threads), threading.main_thread() in threads)
"""
    async with fault_server(FINE) as server:
        assert await run_script(source, server) == Ended(0, "1 " * 10 + "1 False\n", "")


async def test_a_callback_of_a_script_that_raises_is_shown_and_the_script_goes_on() -> None:
    source = """\
import sys, threading
from dl7450 import http

called = threading.Event()
def on_response(response):
    called.set()
    raise ValueError("mine")

http.get_async(sys.argv[1], on_response)
called.wait()
print(http.get(sys.argv[1]).status_code())
"""
    async with fault_server(FINE) as server:
        ended = await run_script(source, server)
    assert (ended.status, ended.out) == (0, "200\n")
    shown = ended.err.replace('    raise ValueError("mine")\n', "")  # Python 3.13 knows the source of `python -c`
    assert shown == 'Traceback (most recent call last):\n  File "<string>", line 7, in on_response\nValueError: mine\n'


CUT_OFF = "dl7450: the end of the script cut off"
INSTEAD = "run the script's function by dl7450.run(app), or wait for answers by http.get or dock.call"


async def test_requests_in_flight_are_cancelled_when_the_interpreter_exits() -> None:
    source = """\
import sys
from dl7450 import http
http.get_async(sys.argv[1], lambda response: print("called"))
sys.stdin.readline()
"""
    gone = trio.Event()
    async with fault_server((request, sees_the_end(gone))) as server, script(source, url_of(server)) as running:
        await server.log.until(1)
        await running.send_line()
        assert await running.end() == Ended(0, "", f"{CUT_OFF} 1 request: {INSTEAD}\n")
        await gone.wait()


async def test_everything_that_the_end_of_a_script_cuts_off_is_told() -> None:
    source = """\
import sys
from dl7450 import http, wakeup
for _ in range(2):
    http.get_async(sys.argv[1], print)
timer = wakeup.wakeup(print, 60_000)
"""
    async with fault_server((request,)) as server:
        ended = await run_script(source, server)
    assert ended == Ended(0, "", f"{CUT_OFF} 2 requests and 1 timer: {INSTEAD}\n")


async def test_nothing_is_told_of_what_was_answered_or_given_up() -> None:
    source = """\
import sys, threading
from dl7450 import http, wakeup
called = threading.Event()
http.get_async(sys.argv[1], lambda response: called.set())
called.wait()
http.get_async(sys.argv[2], print).cancel()
wakeup.wakeup(print, 60_000).cancel()
print(http.get(sys.argv[1]).status_code())
"""
    async with (
        fault_server(FINE) as server,
        fault_server((request,)) as silent,  # or an answer could come before the script cancels
        script(source, url_of(server), url_of(silent)) as running,
    ):
        assert await running.end() == Ended(0, "200\n", "")


async def test_an_open_dock_is_meant_and_not_the_default_one_that_a_script_has_used() -> None:
    source = """\
import sys, trio, dl7450
from dl7450 import http
http.get(sys.argv[1])
async def main():
    async with dl7450.open_dock() as dock:
        await trio.to_thread.run_sync(http.get, sys.argv[1])
        print(dock.http.statistics().completed)
trio.run(main)
"""
    async with fault_server(FINE) as server:
        assert await run_script(source, server) == Ended(0, "1\n", "")


async def test_a_daemon_thread_that_waits_does_not_keep_the_interpreter() -> None:
    source = """\
import sys, threading
from dl7450 import http
threading.Thread(target=http.get, args=(sys.argv[1],), daemon=True).start()
sys.stdin.readline()
"""
    async with fault_server((request,)) as server, script(source, url_of(server)) as running:
        await server.log.until(1)
        await running.send_line()
        ended = await running.end()
    assert (ended.status, ended.out) == (0, "")


async def test_the_end_of_the_interpreter_waits_for_a_callback_but_not_for_ever() -> None:
    source = """\
import sys, threading, time
from dl7450 import http
from dl7450._dock import app_thread
app_thread.STOP_PATIENCE = 0.1
begun = threading.Event()
def on_response(response):
    begun.set()
    while True:
        time.sleep(0.01)
http.get_async(sys.argv[1], on_response)
begun.wait()
"""
    async with fault_server(FINE) as server:
        ended = await run_script(source, server)
    assert (ended.status, ended.out) == (0, "")
    assert "the app's code did not return, its thread is abandoned, it is here:" in ended.err


async def test_a_default_dock_that_a_callback_has_ended_is_replaced() -> None:
    source = """\
import sys, threading
from dl7450 import http
from dl7450._dock.current import current_dock
http.get_async(sys.argv[1], lambda response: sys.exit())
first = current_dock()
while current_dock() is first:
    pass
print(http.get(sys.argv[1]).status_code())
"""
    async with fault_server(FINE) as server:
        assert await run_script(source, server) == Ended(0, "200\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit there")
async def test_a_default_dock_that_cannot_start_says_why_and_the_next_use_tries_again() -> None:
    source = """\
import errno, os, resource, sys
from dl7450 import http
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/dev/fd"))), hard))
try:
    http.get(sys.argv[1])
except OSError as error:
    print(error.errno == errno.EMFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(http.get(sys.argv[1]).status_code())
"""
    async with fault_server(FINE) as server:
        assert await run_script(source, server) == Ended(0, "True\n200\n", "")


FORKS = """\
import os, signal, sys, warnings
import dl7450
from dl7450 import http
from dl7450._dock.default_dock import _default_lock as starting_a_default_dock  # as another thread may be

warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of a fork beside threads

def use():
    print(http.get(sys.argv[1]).status_code())

def fork():
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    else:
        signal.alarm(10)  # nobody else ends a child that hangs
        try:
            use()
        finally:
            os._exit(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no fork there")
@pytest.mark.parametrize("after", ["use(); fork()", "dl7450.run(fork)", "with starting_a_default_dock: fork()"])
async def test_a_forked_process_has_a_dock_of_its_own(after: str) -> None:
    async with fault_server(FINE) as server:
        ended = await run_script(f"{FORKS}\n{after}", server)
    assert ended == Ended(0, "200\n200\n" if "use()" in after else "200\n", "")
