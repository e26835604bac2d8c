"""The `dl7450` command as a user runs it: a process of its own, its output and its exit status."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from dl7450 import Device
from dl7450_telemetry import read_trace_file, tree
from tests._servers import content_server

WriteApp = Callable[[str], Path]

ROOT = Path(__file__).parents[2]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}


def dl7450(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dl7450", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=cwd, env=CLEAN)


@pytest.fixture
def write_app(tmp_path: Path) -> WriteApp:
    def write(source: str) -> Path:
        path = tmp_path / "app.py"
        path.write_text(source, encoding="utf-8")
        return path

    return write


HELLO = """
import splashscreen
print("hello from the app")
splashscreen.Splashscreen().add_text_box("<b>Hello</b> dock")
"""


def test_run_shows_frames_and_a_waterfall(write_app: WriteApp, tmp_path: Path) -> None:
    done = dl7450("run", write_app(HELLO), "--frames", tmp_path / "frames")
    assert (done.returncode, done.stderr) == (0, "")
    assert "hello from the app" in done.stdout
    assert "dl7450.app" in done.stdout
    assert "dl7450.render" in done.stdout
    [frame] = (tmp_path / "frames").iterdir()
    assert frame.name == "frame-0001.png"
    with Image.open(frame) as picture:
        assert picture.size == (1920, 1080)


def test_json_summary_is_all_of_stdout(write_app: WriteApp) -> None:
    done = dl7450("run", write_app(HELLO), "--json", "--fast")
    assert json.loads(done.stdout) == {
        "app": str(write_app(HELLO)),
        "dock_id": Device().dock_id,
        "exit_status": 0,
        "seconds": 0.0,
        "frames": 1,
        "texts": ["Hello dock"],
        "texts_never_shown": [],
        "text_faults": [],
        "errors": [],
        "error_count": 0,
        "requests": {"completed": 0, "failed": 0, "rejected": 0, "cancelled": 0},
    }
    assert done.stderr == "hello from the app\n"


OFF_SCREEN = """
import splashscreen
splashscreen.Splashscreen().add_text_box("Hello dock", {"x": 1900, "y": 5})
splashscreen.Splashscreen().add_text_box("\u6f22")
"""


def test_text_that_cannot_be_read_on_the_dock_is_told(write_app: WriteApp) -> None:
    done = dl7450("run", write_app(OFF_SCREEN), "--json", "--fast")
    fault = "the text 'Hello dock' at (1900, 5) leaves the screen at the right"
    assert json.loads(done.stdout)["text_faults"] == [fault]
    missing = "a box is drawn instead, as for others like it; what a dock shows is not documented"
    assert done.stderr == f"Noto Sans has no '\u6f22' (CJK UNIFIED IDEOGRAPH-6F22): {missing}\n{fault}\n"


@pytest.mark.parametrize(("flags", "printed"), [((), ""), (("--keep-going",), "still here\n")])
def test_an_error_in_a_callback_is_printed_and_the_app_is_unloaded_unless_it_is_to_keep_going(
    write_app: WriteApp, flags: tuple[str, ...], printed: str
) -> None:
    app = write_app("import wakeup\nwakeup.wakeup(lambda: 1 / 0, 10)\nwakeup.wakeup(lambda: print('still here'), 20)\n")
    done = dl7450("run", app, "--quiet", *flags)
    assert (done.returncode, done.stdout) == (1, printed)
    assert done.stderr.splitlines() == [
        "Traceback (most recent call last):",
        f'  File "{app}", line 2, in <lambda>',
        "    wakeup.wakeup(lambda: 1 / 0, 10)",
        "                          ~~^~~",
        "ZeroDivisionError: division by zero",
    ]


@pytest.mark.parametrize(("flags", "printed"), [((), ""), (("--keep-going",), "timer\n")])
def test_what_a_failing_module_had_set_up_goes_on_only_if_it_is_to_keep_going(
    write_app: WriteApp, flags: tuple[str, ...], printed: str
) -> None:
    app = write_app("import wakeup\nwakeup.wakeup(lambda: print('timer'), 10)\nraise OSError('module')\n")
    done = dl7450("run", app, "--json", "--fast", *flags)
    assert done.returncode == 1
    assert json.loads(done.stdout)["errors"] == ["OSError: module"]
    assert done.stderr.endswith(f"OSError: module\n{printed}")


def test_a_traceback_stays_on_the_screen_until_the_time_is_up(write_app: WriteApp, tmp_path: Path) -> None:
    app = write_app("import splashscreen\nsplashscreen.Splashscreen().add_text_box('app')\nraise OSError('module')\n")
    trace = tmp_path / "trace.jsonl"
    done = dl7450("run", app, "--json", "--fast", "--for", 30, "--trace-file", trace)
    summary = json.loads(done.stdout)
    assert (done.returncode, summary["seconds"], summary["frames"]) == (1, 30, 1)
    assert summary["texts"][0].endswith("OSError: module")
    assert tree(read_trace_file(trace)) == "dl7450.app !OSError\n  dl7450.render"


def test_an_app_that_does_not_compile_is_shown_as_such(write_app: WriteApp) -> None:
    app = write_app("print(\n")
    done = dl7450("run", app, "--json", "--fast")
    assert (done.returncode, json.loads(done.stdout)["errors"]) == (
        1,
        ["SyntaxError: '(' was never closed (app.py, line 1)"],
    )
    assert f'File "{app}", line 1' in done.stderr


@pytest.mark.parametrize(("call", "status", "errors"), [("sys.exit()", 3, []), ("sys.exit(4)", 1, ["SystemExit: 4"])])
@pytest.mark.parametrize("where", ["{}", "wakeup.wakeup(lambda: {}, 10, 10)"])
def test_an_app_that_exits_ends_the_run_and_not_the_checks(
    write_app: WriteApp, where: str, call: str, status: int, errors: list[str]
) -> None:
    done = dl7450("run", write_app(f"import sys, wakeup\n{where.format(call)}\n"), "--json", "--expect-text", "never")
    summary = json.loads(done.stdout)
    assert (done.returncode, summary["exit_status"], summary["errors"]) == (status, status, errors)
    assert "never shown: 'never'" in done.stderr


def test_a_frame_that_cannot_be_written_ends_the_run_and_is_not_the_apps_error(
    write_app: WriteApp, tmp_path: Path
) -> None:
    app = write_app(f"{HELLO}import wakeup\nt = wakeup.wakeup(lambda: None, 0, 50)\n")
    frame = tmp_path / "frames" / "frame-0001.png"
    frame.mkdir(parents=True)
    done = dl7450("run", app, "--quiet", "--frames", frame.parent)
    assert done.returncode == 2
    assert done.stderr.endswith(f"Error: cannot write {str(frame)!r}: Is a directory\n")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals there")
def test_what_the_app_prints_into_a_pipe_is_not_shown_with_the_progress(write_app: WriteApp) -> None:
    terminal, stderr = os.openpty()
    command = [sys.executable, "-m", "dl7450", "run", str(write_app("print('x' * 200)\n"))]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, timeout=60, cwd=ROOT, env=CLEAN, check=True)
    os.close(stderr)
    shown = os.read(terminal, 65_536)
    os.close(terminal)
    assert done.stdout.startswith(b"x" * 200)
    assert b"running" in shown
    assert b"x" not in shown


def test_expected_text_decides_the_exit_status(write_app: WriteApp) -> None:
    assert dl7450("run", write_app(HELLO), "--quiet", "--expect-text", "Hello").returncode == 0
    done = dl7450("run", write_app(HELLO), "--quiet", "--expect-text", "Goodbye")
    assert done.returncode == 3
    assert "never shown: 'Goodbye'; shown were ['Hello dock']" in done.stderr


def test_a_run_ends_after_its_time(write_app: WriteApp) -> None:
    app = write_app("import wakeup\nt = wakeup.wakeup(lambda: None, 0, 60000)\n")
    done = dl7450("run", app, "--fast", "--for", 86400, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["seconds"] == 86400.0


def test_a_fast_run_that_may_never_end_says_so(write_app: WriteApp) -> None:
    app = write_app(
        "import wakeup\nt = wakeup.wakeup(lambda: None, 0, 1000)\nend = wakeup.wakeup(lambda: t.cancel(), 4_000_000)\n"
    )
    done = dl7450("run", app, "--fast", "--quiet")
    [line] = done.stderr.splitlines()
    assert line.startswith("an hour of dock time has passed: an app with a timer that repeats does not end by itself;")
    assert dl7450("run", app, "--fast", "--quiet", "--for", 5000).stderr == ""


def test_a_frame_that_is_not_drawn_does_not_look_free(write_app: WriteApp, tmp_path: Path) -> None:
    app, frames = write_app(HELLO), tmp_path / "frames"
    for arguments, drawn in (((), False), (("--frames", frames), True)):
        output = dl7450("run", app, *arguments).stdout
        [render] = [line for line in output.splitlines() if "dl7450.render" in line]
        assert ("dl7450.render not drawn " in render) is not drawn


@pytest.mark.skipif(sys.platform == "win32", reason="the shell is not there")
@pytest.mark.parametrize("command", ["check app.py", "run app.py --quiet", "run app.py", "--version"])
def test_a_standard_output_that_is_closed_is_one_that_nobody_wants(command: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("print('hello')")
    line = f"{shlex.quote(sys.executable)} -m dl7450 {command} >&-"
    done = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "command", [["run", "app.py", "--json"], ["check", "app.py"], ["--help"], ["--version"], ["run", "--help"]]
)
def test_output_that_cannot_be_written_is_told_in_one_line(tmp_path: Path, command: list[str], unbuffered: str) -> None:
    (tmp_path / "app.py").write_text("import requests_\n" if command[0] == "check" else "", encoding="utf-8")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "dl7450", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
            env={**CLEAN, "PYTHONUNBUFFERED": unbuffered},
        )
    assert done.returncode == 2
    assert done.stderr == "Error: cannot write to standard output: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_what_the_app_prints_and_cannot_be_written_is_told_in_one_line(write_app: WriteApp) -> None:
    command = [sys.executable, "-m", "dl7450", "run", str(write_app("print('hello')\n")), "--quiet"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            env={**CLEAN, "PYTHONUNBUFFERED": ""},
        )
    assert done.stderr == "Error: cannot write to standard output: No space left on device\n"
    assert done.returncode == 2


def test_flags_describe_the_dock(write_app: WriteApp) -> None:
    app = write_app(
        "from dock import DockInfo\nfrom datastore import KvStore\nfrom network import LAN\n"
        "info = DockInfo()\n"
        "print(info.dock_id(), info.host_status() == info.HOST_CONNECTED, KvStore().get('a'), LAN().ifconfig()[0])\n"
    )
    flags = ["--dock-id", "ab" * 32, "--host", "connected", "--set", "a=b=c", "--offline"]
    assert dl7450("run", app, "--quiet", *flags).stdout == f"{'ab' * 32} True b=c \n"


def test_the_store_may_name_the_app(write_app: WriteApp, tmp_path: Path) -> None:
    write_app("from datastore import KvStore\nprint(KvStore().get('greeting'))\n")
    store = tmp_path / "store.yaml"
    store.write_text("kv_store:\n  greeting: hello\ncode:\n  path: ${CONFIG_PATH}/app.py\n", encoding="utf-8")
    assert dl7450("run", "--store", store, "--quiet").stdout == "hello\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run"], "there is no app to run"),
        (["run", "nowhere.py"], "cannot read the app 'nowhere.py': No such file or directory"),
        (["run", "app.py", "--set", "novalue"], "--set takes KEY=VALUE, not 'novalue'"),
        (["run", "app.py", "--store", "store.yaml"], "store.yaml:1: "),
        (["run", "app.py", "--for", "-1"], "-1.0 is not in the range x>=0"),
        (["run", "app.py", "--for", "nan"], "nan is not a number of seconds"),
        (["run", "app.py", "--trace-file", "missing/x.jsonl"], "cannot write 'missing/x.jsonl': No such file or "),
        (["run", "app.py", "--frames", "app.py/frames"], "cannot write 'app.py/frames': Not a directory"),
        (["check", "nowhere.py"], "cannot read 'nowhere.py': No such file or directory"),
        (["trace", "app.py"], "app.py, line 1: not JSON"),
        (["trace", "nowhere.jsonl"], "cannot read 'nowhere.jsonl': No such file or directory"),
    ],
)
def test_a_wrong_command_line_is_refused_before_the_app_starts(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "app.py").write_text("print('started')\n", encoding="utf-8")
    (tmp_path / "store.yaml").write_text("colour: red\n", encoding="utf-8")
    done = dl7450(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_traces_are_shown_again_from_their_file(tmp_path: Path) -> None:
    traces = tmp_path / "traces.jsonl"
    with content_server() as url:
        done = dl7450(
            "run", "examples/carousel.py", "--for", 3, "--fast", "--set", f"server={url}", "--trace-file", traces
        )
    assert done.returncode == 0
    again = dl7450("trace", traces)
    assert "GET 127.0.0.1" in again.stdout
    assert "404" in again.stdout
    failed = [json.loads(line) for line in dl7450("trace", traces, "--failed", "--json").stdout.splitlines()]
    [trace] = failed  # one picture is missing
    scopes = [scope for resource in trace["resourceSpans"] for scope in resource["scopeSpans"]]
    assert {span["name"] for scope in scopes for span in scope["spans"]} == {"dl7450.timer", "GET", "dl7450.render"}


def test_check_reports_what_would_fail_on_the_dock(write_app: WriteApp) -> None:
    assert dl7450("check", "examples/carousel.py").returncode == 0
    done = dl7450("check", write_app("import requests\n"))
    assert done.returncode == 1
    assert "requests" in done.stdout
    assert "Problem" in done.stdout
    assert "Solution" in done.stdout


def test_the_task_tree_is_printed_at_the_end(write_app: WriteApp) -> None:
    app = write_app("import wakeup\nt = wakeup.wakeup(print, 0, 50)\n")
    done = dl7450("run", app, "--fast", "--for", 1, "--tasks", "--quiet")
    assert "timer" in done.stderr


@pytest.mark.parametrize("command", [["--help"], ["run", "--help"], ["check", "--help"], ["trace", "--help"]])
def test_help_fits_a_terminal(command: list[str]) -> None:
    done = dl7450(*command)
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 100
