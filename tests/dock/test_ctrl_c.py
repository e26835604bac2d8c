"""Ctrl-C: a real process and a real SIGINT, while it waits for a server that does not answer."""

import signal
import sys

import pytest
import trio

from tests._scripts import Ended, script
from tests._styles import sees_the_end
from tests.conformance._scenario import FINE
from tests.conformance._server import fault_server, request

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to one process there")


async def interrupt_when_it_waits(source: str) -> Ended:
    """Run a script with the URLs of a silent server and of one that answers; send SIGINT when the former is asked."""
    gone = trio.Event()
    async with fault_server((request, sees_the_end(gone))) as silent, fault_server(FINE) as fine:
        urls = (f"http://{server.host}:{server.port}/" for server in (silent, fine))
        async with script(source, *urls) as running:
            await silent.log.until(1)
            running.send_signal(signal.SIGINT)
            ended = await running.end()
        await gone.wait()
    return ended


async def test_in_a_blocking_get_of_a_plain_script() -> None:
    ended = await interrupt_when_it_waits("""\
import sys
from dl7450 import http
from dl7450._dock.current import current_dock
try:
    http.get(sys.argv[1], timeout=0)
except KeyboardInterrupt:
    print("interrupted")
print(http.get(sys.argv[2]).status_code())
print(current_dock().http.statistics())
""")
    statistics = "HttpStatistics(limit=16, in_flight=0, completed=1, failed=0, rejected=0, cancelled=1)"
    assert ended == Ended(0, f"interrupted\n200\n{statistics}\n", "")


async def test_in_a_blocking_get_of_an_app() -> None:
    ended = await interrupt_when_it_waits("""\
import sys
import dl7450
from dl7450 import http

def app():
    try:
        http.get(sys.argv[1], timeout=0)
    except Exception:
        print("caught by mistake")
    finally:
        print("app's finally")

try:
    dl7450.run(app)
except KeyboardInterrupt:
    print("interrupted")
""")
    assert ended == Ended(0, "app's finally\ninterrupted\n", "")


async def test_in_an_app_that_fails_on_its_way_out() -> None:
    ended = await interrupt_when_it_waits("""\
import sys
import dl7450
from dl7450 import http

def app():
    try:
        http.get(sys.argv[1], timeout=0)
    finally:
        raise ValueError("clean-up")

try:
    dl7450.run(app)
except KeyboardInterrupt as interrupt:
    print(sorted(type(error).__name__ for error in interrupt.__cause__.exceptions))
""")
    assert ended == Ended(0, "['KeyboardInterrupt', 'ValueError']\n", "")


async def test_while_the_callbacks_of_an_app_are_awaited() -> None:
    ended = await interrupt_when_it_waits("""\
import sys
import dl7450
from dl7450 import http
try:
    dl7450.run(lambda: http.get_async(sys.argv[1], print, timeout=0))
except KeyboardInterrupt:
    print("interrupted")
""")
    assert ended == Ended(0, "interrupted\n", "")


async def test_in_app_code_that_does_not_wait_for_the_dock() -> None:
    ended = await interrupt_when_it_waits("""\
import sys, threading, warnings
import dl7450
from dl7450 import http
from dl7450._dock import app_thread
app_thread.STOP_PATIENCE = 0.1
warnings.simplefilter("always")

def app():
    http.get_async(sys.argv[1], print, timeout=0)
    threading.Event().wait()

try:
    dl7450.run(app)
except KeyboardInterrupt:
    print("interrupted")
""")
    assert (ended.status, ended.out) == (0, "interrupted\n")
    assert "its thread is abandoned, it is here:" in ended.err


async def test_in_a_trio_program() -> None:
    ended = await interrupt_when_it_waits("""\
import sys
import trio
import dl7450

async def main():
    async with dl7450.open_dock() as dock:
        try:
            await dock.http.get(sys.argv[1], timeout=0)
        finally:
            print(dock.http.statistics())

try:
    trio.run(main)
except KeyboardInterrupt:
    print("interrupted")
""")
    statistics = "HttpStatistics(limit=16, in_flight=0, completed=0, failed=0, rejected=0, cancelled=1)"
    assert ended == Ended(0, f"{statistics}\ninterrupted\n", "")


async def test_unhandled_it_ends_the_process_as_usual() -> None:
    ended = await interrupt_when_it_waits("import sys\nfrom dl7450 import http\nhttp.get(sys.argv[1], timeout=0)")
    assert (ended.status, ended.out) == (-signal.SIGINT, "")
    assert ended.err.endswith("KeyboardInterrupt\n")
