"""The page docs/testing.md works as pasted."""

import re
from pathlib import Path

import pytest

import dl7450.testing
import dl7450.testing._routed_network  # before the inner run, which would load it for itself
from dl7450.testing import TestDock
from dl7450.testing._options import DockOptions

pytest_plugins = "pytester"

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()


def test_the_files_on_the_page_are_tests_that_pass(pytester: pytest.Pytester) -> None:
    files = re.findall(r"<!-- file: (\S+) -->\n```python\n(.*?)```", PAGE, re.DOTALL)
    for name, code in files:
        (pytester.path / name).write_text(code)
    pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error").assert_outcomes(passed=3)


def test_the_page_names_all_that_a_test_can_use() -> None:
    public = {name for name in vars(TestDock) if not name.startswith("_")} - {"close", "report"}
    words = set(re.findall(r"\bdock\.(\w+)", PAGE))
    assert public == words & set(vars(TestDock))
    assert set(DockOptions.__annotations__) <= set(re.findall(r"(\w+)=", PAGE))
    assert {"Answer", "Routes", "picture"} <= set(re.findall(r"\w+", PAGE)) & set(dl7450.testing.__all__)
