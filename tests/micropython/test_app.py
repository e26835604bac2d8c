"""What is MicroPython's for an app, and what stays the dock's."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dl7450 import AppError, i2c
from dl7450._dock.tracebacks import format_app_error
from dl7450._micropython.loader import load_micropython_app
from dl7450.testing import TestDock
from tests import _micropython

pytestmark = [_micropython.needs_micropython, pytest.mark.dl7450(micropython=True)]

WriteApp = Callable[..., Path]


@pytest.fixture
def app(tmp_path: Path) -> WriteApp:
    def write(source: str, **beside: str) -> Path:
        for name, text in {"app": source, **beside}.items():
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        return tmp_path / "app.py"

    return write


def test_the_language_is_micropython_s(dock: TestDock, app: WriteApp, capsys: pytest.CaptureFixture[str]) -> None:
    dock.run_app(
        app("""
import sys
print(sys.implementation.name, __name__, list({"b": 1, "a": 2, "zz": 3}), str(KeyError("a")), 1e16, f"{-3.25:.1f}")
print("to standard error", file=sys.stderr)
""")
    )
    expected = "micropython __main__ ['a', 'zz', 'b'] a 1e+16 -3.3\n"
    assert capsys.readouterr() == (expected, "to standard error\n")


def test_the_dock_s_modules_take_and_give_values_as_they_are(
    dock: TestDock, app: WriteApp, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = bytes(range(256)) * 1000
    dock.route("http://a.example/*").respond(body=answer, headers={"X-Text": "é"})
    dock.i2c.add(0x20, _Echo())
    dock.run_app(
        app("""
import http, i2c, image, splashscreen, time, dock
response = http.get("http://a.example/1", {"X-A": "b"}, bytearray(b"\\x00\\xff"), timeout=1.5)
body = response.body()
print(type(body), len(body), body == bytes(range(256)) * 1000, body is response.body())
print(isinstance(response, http.Response), response.status_code(), response.headers()["X-Text"])
bus = i2c.I2C()
bus.write(0x20, 1, memoryview(b"12345")[1:3])
print(bus.read(0x20, 1, 2), image.PNG == 1, image.PNG is image.PNG, splashscreen.Alignment.LEFT + 1)
print(dock.DockInfo.HOST_CONNECTED, dock.DockInfo().monitors()[3].preferred_mode())
time.sleep(0.25)
print(time.ticks_ms(), time.gmtime())
splashscreen.Splashscreen().add_text_box(["\U0001f600 é", "<b>\\u0001x</b>".replace("\\u0001", "")], {"x": 1, "y": 2})
""")
    )
    assert capsys.readouterr().out.splitlines() == [
        "<class 'bytearray'> 256000 True True",
        "True 200 é",
        "bytearray(b'23') True True 1",
        "1 (0, 0)",
        "250 (2026, 1, 1, 0, 0, 0, 3, 1)",
    ]
    [request] = dock.requests
    assert (request.headers["X-A"], request.body) == ("b", b"\x00\xff")
    assert dock.texts == ["\U0001f600 é\nx"]


class _Echo:
    data = b""

    def read(self, register: int, nbytes: int, /) -> bytes:
        return self.data[:nbytes]

    def write(self, register: int, data: bytes, /) -> None:
        self.data = data


def test_datetime_and_hmac_are_the_dock_s(dock: TestDock, app: WriteApp, capsys: pytest.CaptureFixture[str]) -> None:
    dock.run_app(
        app("""
import binascii, hashlib, hmac
from datetime import datetime, timedelta
from dock import DockControl
DockControl().set_timezone("Japan")
print(datetime.now() + timedelta(hours=1), datetime.EPOCH.tuple()[:3])
print(binascii.hexlify(hmac.new("key", "message", hashlib.sha256).digest())[:8])
""")
    )
    assert capsys.readouterr().out.splitlines() == ["2026-01-01 01:00:00+00:00 (1970, 1, 1)", "b'6e9ef29b'"]


def test_a_module_beside_the_app_and_a_package_are_found(
    dock: TestDock, app: WriteApp, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("from .part import x")
    (tmp_path / "package" / "part.py").write_text("from wakeup import wakeup\nx = 1\ndef f(): print('f')")
    beside = "from splashscreen import *\nimport package.part\ntimer = package.part.wakeup(package.part.f, 5)\n"
    dock.run_app(app("import beside, package\nprint(package.x, beside.Alignment.LEFT)", beside=beside))
    dock.advance(1)
    assert capsys.readouterr().out == "1 0\nf\n"
    assert dock.spans[-1].attributes["code.function.name"] == "package.part.f"


def test_an_error_of_the_app_is_of_its_class_and_has_micropython_s_traceback(dock: TestDock, app: WriteApp) -> None:
    path = app("import helper\n\ndef f():\n    helper.divide(0)\n\nf()\n", helper="def divide(n):\n    return 1 // n\n")
    with pytest.raises(ZeroDivisionError, match=r"^divide by zero\n?") as caught:
        dock.run_app(path)
    helper = path.with_name("helper.py")
    assert format_app_error(caught.value) == (
        "Traceback (most recent call last):\n"
        f'  File "{path}", line 6, in <module>\n'
        f'  File "{path}", line 4, in f\n'
        f'  File "{helper}", line 2, in divide\n'
        "ZeroDivisionError: divide by zero\n"
    )
    span = dock.spans[0]
    assert (span.status_description, span.attributes["error.type"]) == (
        "ZeroDivisionError: divide by zero",
        "ZeroDivisionError",
    )


@pytest.mark.parametrize(
    ("source", "error", "name", "text"),
    [
        ("{}['q']", KeyError, "KeyError", "q"),
        ("class Own(OSError): pass\nraise Own(5, 'x')", OSError, "Own", "[Errno 5] EIO: x"),
        ("class Own(Exception):\n  def __str__(self): return 'mine'\nraise Own", Exception, "Own", "mine"),
        ("from i2c import I2C\nI2C(0)", i2c.I2cError, "I2cError", None),
        ("from i2c import I2cError\nraise I2cError(3, 'x')", i2c.I2cError, "I2cError", "(3, 'x')"),
        ("import splashscreen\nsplashscreen.Splashscreen().add_text_box(1)", TypeError, "TypeError", None),
        ("import http\nhttp.nothing", AttributeError, "AttributeError", None),
        ("import http.client", ImportError, "ImportError", None),
        ("def f(", SyntaxError, "SyntaxError", "invalid syntax"),
        ("b'\\xff'.decode()", UnicodeError, "UnicodeError", ""),
        ("raise EOFError('over')", EOFError, "EOFError", "over"),
        ("x = bytes(5_000_000)", MemoryError, "MemoryError", "memory allocation failed, allocating 5000001 bytes"),
    ],
)
@pytest.mark.dl7450(heap="2M")
def test_an_error_has_the_name_of_its_class(
    dock: TestDock, app: WriteApp, source: str, error: type[Exception], name: str, text: str | None
) -> None:
    with pytest.raises(error) as caught:
        dock.run_app(app(source))
    assert type(caught.value).__name__ == name
    assert text is None or str(caught.value) == text


def test_what_the_dock_raises_the_app_can_catch(
    dock: TestDock, app: WriteApp, capsys: pytest.CaptureFixture[str]
) -> None:
    dock.run_app(
        app("""
import i2c, mqtt, http, wakeup
def outcome(function, *args):
    try:
        function(*args)
    except (i2c.I2cError, mqtt.MqttError) as error:
        print(type(error).__name__, error.errno, error.args[0])
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
outcome(i2c.I2C(1).read, 0x50, 0, 1)
outcome(mqtt.MqttClient, "gopher://x", "a")
outcome(wakeup.wakeup, 3, 1)
outcome(wakeup.wakeup, print, -1)
outcome(http.get_async, {1}, print)
""")
    )
    assert capsys.readouterr().out.splitlines() == [
        "I2cError 3 3",
        "MqttError -14 -14",
        "TypeError task must be a function without parameters, not int",
        "ValueError time_ms must be 0 or more milliseconds, not -1",
        "TypeError url must be a str, not set",
    ]


def test_a_full_heap_is_told_with_its_traceback_and_the_app_is_unloaded(dock: TestDock, app: WriteApp) -> None:
    path = app("""
from wakeup import wakeup
kept = []
def fill():
    while True:
        kept.append(bytes(1000))
timers = [wakeup(fill, 1000), wakeup(kept.clear, 2000)]
""")
    dock.run_app(path)
    with pytest.raises(MemoryError):
        dock.advance(1)
    dock.advance(1)
    assert dock.texts == [
        "Traceback (most recent call last):\n"
        f'  File "{path}", line 6, in fill\n'
        "MemoryError: memory allocation failed, allocating 1001 bytes"
    ]


@pytest.mark.dl7450(heap="2M")
def test_an_answer_that_is_larger_than_the_heap_is_a_memory_error(
    dock: TestDock, app: WriteApp, capsys: pytest.CaptureFixture[str]
) -> None:
    dock.route("http://a.example/large").respond(body=bytes(3_000_000))
    dock.route("http://a.example/small").respond(body=b"small")
    path = app("""
import http
def get(path):
    return http.get("http://a.example/" + path).body()
try:
    get("large")
except MemoryError:
    print("x" * 100_000)
print(get("small"))
http.get_async("http://a.example/large", print)
""")
    with pytest.raises(MemoryError):
        dock.run_app(path)
    assert capsys.readouterr().out == "x" * 100_000 + "\nbytearray(b'small')\n"


@pytest.mark.dl7450(heap="512K")
def test_callbacks_that_were_called_take_no_memory(dock: TestDock, app: WriteApp) -> None:
    dock.run_app(
        app("""
from wakeup import wakeup
count = 0
def again():
    global count, timer
    count += 1
    kept = bytes(1000)
    timer = wakeup(lambda: again() or kept, 10)
again()
""")
    )
    dock.advance(20)  # two megabytes, if they were kept


def test_sys_exit_ends_the_dock_with_its_status(dock: TestDock, app: WriteApp) -> None:
    with pytest.raises(SystemExit) as caught:
        dock.run_app(app("import sys\ntry:\n    sys.exit(4)\nexcept Exception:\n    pass"))
    assert caught.value.code == 4


def test_what_is_printed_comes_in_order_and_whole(
    dock: TestDock, app: WriteApp, capsys: pytest.CaptureFixture[str]
) -> None:
    dock.run_app(app("for n in range(3000):\n    print(n, '\u00e9' * 50)\nprint('x' * 200000)\nprint('end', end='')"))
    expected = "".join(f"{n} {'é' * 50}\n" for n in range(3000)) + "x" * 200_000 + "\nend"
    assert capsys.readouterr().out == expected


def test_where_there_is_no_micropython_the_error_says_how_to_get_one(
    app: WriteApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = app("")
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)
    with pytest.raises(AppError, match=re.escape("pip install 'dl7450[micropython]'")):
        load_micropython_app(path)


@pytest.mark.parametrize("heap", ["", "2X", "-1", "0", "M"])
def test_a_heap_of_no_size_is_refused(app: WriteApp, heap: str) -> None:
    with pytest.raises(AppError, match="is not the size of a heap"):
        load_micropython_app(app(""), heap)


def test_an_app_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AppError, match=r"cannot read the app .*No such file"):
        load_micropython_app(tmp_path / "none.py")
