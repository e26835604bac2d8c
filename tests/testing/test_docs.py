"""The page docs/testing.md works as pasted."""

import re
import shutil
import textwrap
from pathlib import Path

import pytest

import dl7450.testing
import dl7450.testing._routed_network  # before the inner run, which would load it for itself
from dl7450.testing import TestDock
from dl7450.testing._options import DockOptions

pytest_plugins = "pytester"

PAGE_FILE = Path(__file__).parents[2] / "docs" / "testing.md"
PAGE = PAGE_FILE.read_text()


def test_the_files_on_the_page_are_tests_that_pass(pytester: pytest.Pytester) -> None:
    files = re.findall(r"<!-- file: (\S+) -->\n```(?:python|text)\n(.*?)```", PAGE, re.DOTALL)
    for name, code in files:
        (pytester.path / name).write_text(code)
    pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error").assert_outcomes(passed=4)


# What has to stand around a fragment of a test to make it one that passes, by how the fragment begins.
APP = """
    def app():
        def refresh():
            http.get_async("http://content.example/welcome.json", on_response=show)

        def show(response):
            splashscreen.Splashscreen().add_text_box(response.body().decode())
            if dock.elapsed >= 60:
                {}["no such key"]

        kept.append(wakeup.wakeup(refresh, 0, 60_000))

    dock.run_app(app)
"""
ROUTE = 'dock.route("http://content.example/welcome.json").respond(body="hello")\n' + APP
AROUND = {
    "with pytest.raises(KeyError)": (ROUTE, ""),
    "def echo(request)": ("", "dock.run_app(lambda: http.post('http://content.example/echo', data=b'ping'))"),
    "assert [(request.at": (ROUTE.replace('{}["no such key"]', "pass") + "\n    dock.advance(60)", ""),
    "assert dock.span_tree()": (ROUTE, ""),
}
HEADER = """
import pytest
from dl7450 import http, splashscreen, wakeup
from dl7450.testing import Answer

kept = []
"""


def test_the_fragments_on_the_page_do_what_they_are_there_for(pytester: pytest.Pytester) -> None:
    apps = shutil.ignore_patterns("tests")  # the page runs them, and not their tests
    shutil.copytree(PAGE_FILE.parents[1] / "examples", pytester.path / "examples", ignore=apps)
    fragments = re.findall(r"<!-- within a test -->\n```python\n(.*?)```", PAGE, re.DOTALL)
    source = HEADER
    for number, fragment in enumerate(fragments):
        if fragment.startswith(("@pytest", "def test_")):
            source += f"\n{fragment}"
            continue
        [(before, after)] = [around for start, around in AROUND.items() if fragment.startswith(start)]
        code, string = fragment.partition("\\\n")[::2]  # a string that goes over lines must not be indented
        body = textwrap.indent(code, "    ") + ("\\\n" + string if string else "")
        source += f"\ndef test_fragment_{number}(dock):\n    {before}\n{body}\n    {after}\n"
    (pytester.path / "dock.yaml").touch()
    (pytester.path / "test_fragments.py").write_text(source)
    pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error").assert_outcomes(passed=len(fragments))


def test_the_page_names_all_that_a_test_can_use() -> None:
    public = {name for name in vars(TestDock) if not name.startswith("_")} - {"close", "problems", "report"}
    words = set(re.findall(r"\bdock\.(\w+)", PAGE))
    assert public == words & set(vars(TestDock))
    assert set(DockOptions.__annotations__) <= set(re.findall(r"(\w+)=", PAGE))
    assert {"Answer", "Routes", "picture"} <= set(re.findall(r"\w+", PAGE)) & set(dl7450.testing.__all__)
