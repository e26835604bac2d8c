"""The plugin in a pytest run of its own: what fails, and what the report of a failure shows."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

# Loaded here, or each inner run would load them anew, and find half of them loaded.
import dl7450.testing._routed_network  # noqa: F401
from dl7450.testing._test_dock import TestDock

pytest_plugins = "pytester"

APP = """
import http
import splashscreen
import wakeup

def show(response):
    splashscreen.Splashscreen().add_text_box("status {}".format(response.status_code()))

timer = wakeup.wakeup(lambda: http.get_async("http://content.example/a", show), 1000, 1000)
"""


def run(pytester: pytest.Pytester, tests: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(app=APP, test_app=f"import pytest\n\n{tests}")
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "--strict-markers", *arguments)


def section(result: pytest.RunResult, name: str) -> list[str]:
    """The lines of a section of a report."""
    lines = result.outlines
    start = next(number for number, line in enumerate(lines) if re.fullmatch(f"-+ {re.escape(name)} -+", line)) + 1
    return lines[start : next(n for n in range(start, len(lines)) if re.match("[-=_]{5}", lines[n]))]


def test_a_failing_test_shows_the_waterfall_and_the_last_frame(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_fails(dock):
    dock.route("http://content.example/a").respond(delay=0.25).respond(fault="hang")
    dock.run_app("app.py")
    dock.advance(3)
    assert dock.texts == []
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E       AssertionError: assert *'status 200'* == *"])
    *waterfall, frame = section(result, "dl7450")
    shown = [re.sub(r" +[━╸╺█░▒]+ *", " ", line).rstrip() for line in waterfall if "dl7450" in line or "GET" in line]
    assert [line for line in shown if "linked" not in line] == [
        "dl7450.app app.<module> 0.00 ms",
        "dl7450.timer <lambda> 0.00 ms",
        "└─ GET content.example/a 250 ms 200",
        "   └─ dl7450.callback show 0.00 ms",
        "      └─ dl7450.render 0.00 ms",
        "dl7450.timer <lambda> 0.00 ms",
        "└─ GET content.example/a 1.00 s cancelled",
        "dl7450.timer <lambda> 0.00 ms",
        "└─ GET content.example/a 0.00 ms cancelled",
    ]
    assert Path(frame.removeprefix("last frame: ")).read_bytes().startswith(b"\x89PNG")


def test_a_failing_test_shows_text_that_nobody_could_read(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
from dl7450 import splashscreen

def app():
    screen = splashscreen.Splashscreen()
    screen.add_text_box("one", {"x": 960, "y": 300})
    screen.add_text_box("two", {"x": 960, "y": 310})

def test_fails(dock):
    dock.run_app(app)
    assert dock.text_faults == ["the text 'two' at (960, 310) lies over the text 'one' at (960, 300)"]
    assert dock.texts == []
""",
    )
    result.stdout.fnmatch_lines(["E       AssertionError: assert *'one', 'two'* == *"])
    assert section(result, "dl7450")[-2] == "the text 'two' at (960, 310) lies over the text 'one' at (960, 300)"


def test_what_is_wrong_at_the_end_fails_the_test_and_is_no_error_after_it(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_unused(dock):
    dock.route("http://content.example/a")
    dock.run_app("app.py")
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the route http://content.example/a was never used", "*- dl7450 -*"])
    assert section(result, "dl7450")[-1] == "no frame was rendered"


def test_what_is_wrong_at_the_end_does_not_hide_why_the_test_failed(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_fails(dock):
    dock.route("http://content.example/b")
    assert 1 == 2
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E       assert 1 == 2"])
    assert section(result, "dl7450")[0] == "the route http://content.example/b was never used"


def test_a_request_without_a_route_fails_where_time_passes(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_unrouted(dock):
    dock.route("http://content.example/b")
    dock.run_app("app.py")
    dock.advance(5)
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">       dock.advance(5)",
            "E       AssertionError: no route for GET http://content.example/a (at 1 s)",
            "E         near misses:",
            "E           http://content.example/b: another path",
            "*",
            "test_app.py:*: AssertionError",
        ]
    )
    assert "_driver.py" not in result.stdout.str(), "the failure is in the test"


def test_the_closest_marker_wins(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
pytestmark = pytest.mark.dl7450(unrouted="allow", values={"a": "module"})

@pytest.mark.dl7450(values={"a": "class"})
class TestIt:
    def test_class(self, dock):
        dock.run_app("app.py")
        dock.advance(1)
        assert dock.texts == ["status 6"]

    @pytest.mark.dl7450(unrouted="fail")
    def test_function(self, dock):
        dock.run_app("app.py")
        with pytest.raises(AssertionError):
            dock.advance(1)
""",
    )
    result.assert_outcomes(passed=2)


def test_a_wrong_marker_is_told(pytester: pytest.Pytester) -> None:
    result = run(pytester, "@pytest.mark.dl7450(offlin=True)\ndef test_wrong(dock): pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E*ValueError: a dock has no option 'offlin': use store, *"])


def test_every_dock_of_a_test_is_checked_and_shown(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_two(make_dock):
    for name in ("one", "two"):
        make_dock().route(f"http://{name}.example/")
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "the route http://one.example/ was never used",
            "the route http://two.example/ was never used",
            "*- dl7450: dock 1 -*",
            "*- dl7450: dock 2 -*",
        ]
    )


def test_a_fixture_may_use_the_dock_and_its_failure_is_shown_too(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
@pytest.fixture
def started(dock):
    dock.run_app("app.py")
    dock.advance(1)

def test_it(started): pass
""",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E*AssertionError: no route for GET http://content.example/a (at 1 s)"])
    assert "dl7450.timer <lambda>" in "\n".join(section(result, "dl7450"))


def test_a_fixture_may_let_time_pass_after_the_test(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
@pytest.fixture
def plain(dock):
    return dock

@pytest.fixture
def shown(plain):
    yield plain
    plain.advance(1)
    assert plain.texts == ["status 200"]

@pytest.fixture
def finalized(dock, request):
    request.addfinalizer(lambda: dock.advance(1))

def test_yield(shown):
    shown.route("http://content.example/a")
    shown.run_app("app.py")
    shown.advance(1)

def test_finalizer(finalized): pass
""",
    )
    result.assert_outcomes(passed=2)


def test_what_is_wrong_by_the_end_of_the_test_or_of_its_fixtures_is_told_once(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
import threading

@pytest.fixture
def later(dock):
    yield dock
    dock.advance()

def test_fails(later):
    later.route("http://content.example/a")

def test_has_an_error(later):
    later.run_app(lambda: threading.Thread(target=threading.Event().wait, name="left", daemon=True).start())
""",
    )
    result.assert_outcomes(failed=1, passed=1, errors=1)
    assert result.stdout.str().count("the route http://content.example/a was never used") == 1
    result.stdout.fnmatch_lines(["left over when the dock had stopped: the thread 'left' that the app started"])


def test_a_test_that_is_run_again_has_new_docks_only(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):  # as pytest-rerunfailures does
    for _ in range(2):
        item._initrequest()
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    return True
""")
    result = run(pytester, "def test_fails(dock):\n    dock.route('http://content.example/a')\n    assert 0\n")
    result.assert_outcomes(failed=1)
    assert section(result, "dl7450") == ["the route http://content.example/a was never used", "no frame was rendered"]


def test_a_report_that_fails_says_so_and_the_session_goes_on(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(dock: TestDock) -> str:
        raise ZeroDivisionError("cannot be drawn")

    monkeypatch.setattr(TestDock, "report", fail)
    result = run(pytester, "def test_fails(dock):\n    assert 0\n\ndef test_passes(dock):\n    pass\n")
    result.assert_outcomes(failed=1, passed=1)
    assert section(result, "dl7450") == ["what happened cannot be shown: ZeroDivisionError: cannot be drawn"]


def test_a_url_that_is_none_does_not_stop_the_session(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
from dl7450 import http

@pytest.mark.parametrize("url", ["http://[::1/x", "http://a:b/", "//", "http://[v1.x]/"])
def test_fails(dock, url):
    dock.run_app(lambda: http.get(url))
    assert dock.statistics().failed == 0
""",
    )
    result.assert_outcomes(failed=4)


def test_the_report_names_the_app_as_a_run_of_it_does(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(welcome="")
    result = run(pytester, "def test_fails(dock):\n    dock.run_app('welcome.py')\n    assert 0\n")
    assert "  welcome 0B3EEC31  " in section(result, "dl7450")[0]


def test_a_skipped_test_is_not_checked(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test_it(dock):\n    dock.route('http://a.example/')\n    pytest.skip('not today')\n")
    result.assert_outcomes(skipped=1)


def test_update_writes_the_frames(pytester: pytest.Pytester) -> None:
    tests = """
def test_frame(dock):
    dock.run_app("app.py")
    dock.assert_frame("black.png")
"""
    run(pytester, tests).assert_outcomes(failed=1)
    run(pytester, tests, "--dl7450-update").assert_outcomes(passed=1)
    assert (pytester.path / "black.png").exists()
    run(pytester, tests).assert_outcomes(passed=1)


def test_the_fixture_gets_along_with_async_tests(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
import trio
import dl7450
from dl7450.testing import Routes

async def test_trio(autojump_clock):
    routes = Routes()
    routes.route("http://content.example/").respond(fault="hang")
    async with dl7450.open_dock(transport=routes.transport()) as dock:
        assert (await dock.http.get("http://content.example/")).status_code() == 28
    assert trio.current_time() == 40

def test_plain(dock): dock.advance(40)
""",
        "-o",
        "trio_mode=true",
    )
    result.assert_outcomes(passed=2)


def test_the_marker_and_the_option_are_documented(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.dl7450(store, values, *): what the test's dock is like, *"])
    result = pytester.runpytest_inprocess("--help")
    result.stdout.fnmatch_lines(["dl7450:", "  --dl7450-update *write the pictures that dock.assert_frame()*"])


def test_where_no_test_uses_it_the_plugin_costs_next_to_nothing() -> None:
    code = "import sys, dl7450.testing.plugin; print({'trio', 'httpx2', 'PIL', 'opentelemetry'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
