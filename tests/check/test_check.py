"""The check as a whole: where its findings stand, what they say, and what is no fault of an app."""

import string
from pathlib import Path

import pytest

from dl7450._check import Finding, check_app, format_findings, rules
from tests.check import test_calls, test_imports, test_language, test_paradigm, test_strings, test_syntax
from tests.check._samples import expected, split

APPS = Path(__file__).parent.parent / "apps"


@pytest.mark.parametrize("app", sorted(APPS.glob("*.py")), ids=lambda app: app.stem)
def test_well_formed_apps_have_no_findings(app: Path) -> None:
    assert check_app(app) == []


def test_a_finding_says_where_what_and_what_to_do(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("import time\n\ndef f():\n    x = time.sleep(2)\n    return [*x]\n")
    findings = check_app(app)
    assert findings == [
        Finding(
            app,
            4,
            9,
            "blocking-sleep",
            "time.sleep() stops the app's only thread: until it returns the screen is frozen and nothing is "
            "called back.",
            "Return instead, and let wakeup.wakeup(task, 2000) call the rest.",
        ),
        Finding(
            app,
            5,
            13,
            "unpacking-in-display",
            "MicroPython unpacks with * and ** only in calls, not in a list.",
            "Build it step by step: a + b for sequences, d = dict(a) and d.update(b) for dicts.",
        ),
    ]
    assert format_findings(findings) == (
        f"{app}:4:9: blocking-sleep\n"
        "  Problem:  time.sleep() stops the app's only thread: until it returns the screen is frozen and "
        "nothing is called back.\n"
        "  Solution: Return instead, and let wakeup.wakeup(task, 2000) call the rest.\n"
        "\n"
        f"{app}:5:13: unpacking-in-display\n"
        "  Problem:  MicroPython unpacks with * and ** only in calls, not in a list.\n"
        "  Solution: Build it step by step: a + b for sequences, d = dict(a) and d.update(b) for dicts.\n"
    )
    assert format_findings([]) == ""


@pytest.mark.parametrize(
    ("data", "line", "column", "code", "problem"),
    [
        (b"x = 1\r\ny = (\r\n", 2, 5, "syntax-error", "The file does not parse: '(' was never closed."),
        (b"def f():\nreturn 1\n", 2, 1, "syntax-error", "The file does not parse: expected an indented block"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", 2, 6, "not-utf8", "The file is not UTF-8: byte 0xe9."),
        (b"x = 1\0", 1, 1, "syntax-error", "The file does not parse: source code"),
    ],
)
def test_a_file_that_does_not_parse_is_a_finding(
    data: bytes, line: int, column: int, code: str, problem: str, tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_bytes(data)
    [finding] = check_app(tmp_path / "app.py")
    assert (finding.line, finding.column, finding.code) == (line, column, code)
    assert finding.problem.startswith(problem)


def test_a_byte_order_mark_and_any_line_ends_are_fine(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(b'\xef\xbb\xbfx = "\xc3\xa9"\r\ny = 1\rz = 1if x else 2\n')
    assert [(finding.line, finding.column) for finding in check_app(tmp_path / "app.py")] == [(3, 5)]


def test_columns_count_characters(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import http\nx = 'é', http.put, 1if 2 else 3\n")
    found = [(finding.column, finding.code) for finding in check_app(tmp_path / "app.py")]
    assert found == [(15, "unknown-attribute"), (20, "number-before-keyword")]


def test_a_file_that_cannot_be_read_is_an_error_for_the_caller(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_app(tmp_path / "app.py")
    with pytest.raises(IsADirectoryError):
        check_app(tmp_path)


def test_deep_nesting_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("x = " + " + ".join(["a"] * 2000) + "\n" + "y = x" + ".a" * 500 + "\n")
    assert check_app(tmp_path / "app.py") == []


def test_every_rule_has_a_sample_and_says_where_it_is_documented() -> None:
    modules = (test_calls, test_imports, test_language, test_paradigm, test_strings, test_syntax)
    shown = {code for module in modules for sample in split(module.SAMPLES) for _, code in expected(sample)}
    # Those have tests of their own; type parameters do not even parse on Python 3.11.
    shown |= {"not-utf8", "syntax-error", "type-parameters"}
    assert {rule.code for rule in rules()} == shown
    assert all(rule.source for rule in rules())


def test_the_words_of_every_rule_are_sentences() -> None:
    for rule in rules():
        for words in (rule.problem, rule.solution):
            text = "".join(literal for literal, *_ in string.Formatter().parse(words)) or "."
            assert text.endswith("."), rule.code
