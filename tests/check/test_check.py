"""The check as a whole: where its findings stand, what they say, and what is not a fault of an app."""

import string
from pathlib import Path

import pytest

from dl7450._check import Finding, Level, check_app, check_apps, rules
from tests.check import (
    test_argument_values,
    test_built_in,
    test_calls,
    test_imports,
    test_language,
    test_mistakes,
    test_paradigm,
    test_strings,
    test_syntax,
    test_text_boxes,
)
from tests.check._samples import expected, split

APPS = Path(__file__).parent.parent / "apps"


@pytest.mark.parametrize("app", sorted(APPS.glob("*.py")), ids=lambda app: app.stem)
def test_well_formed_apps_have_no_findings(app: Path) -> None:
    assert check_app(app) == []


def test_a_finding_says_where_how_bad_what_and_what_to_do(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("import time\n\ndef f():\n    x = time.sleep(2)\n    return [*x]\n")
    assert check_app(app) == [
        Finding(
            app,
            4,
            9,
            Level.WARNING,
            "blocking-sleep",
            "time.sleep() stops the app's only thread: until it returns the screen is frozen and nothing is "
            "called back.",
            "Return instead, and let wakeup.wakeup(task, 2000) call the rest.",
            "dock SDK, Programming paradigm: time.sleep is highly discouraged",
        ),
        Finding(
            app,
            5,
            13,
            Level.ERROR,
            "unpacking-in-display",
            "MicroPython unpacks with * and ** only in calls, not in a list.",
            "Build it step by step: a + b for sequences, d = dict(a) and d.update(b) for dicts.",
            "What's new in Python 3.5, PEP 448: partial; Python 3.11, starred expressions",
        ),
    ]


def test_what_some_releases_take_or_what_only_may_fail_is_a_warning() -> None:
    warnings = {rule.code for rule in rules() if rule.level is Level.WARNING}
    assert warnings == {
        "adjacent-f-strings",
        "blocking-sleep",
        "decode-errors",
        "dict-order",
        "nested-f-string",
        "next-default",
        "raw-f-string",
        "slots",
        "special-method",
        "string-arguments",
        "text-off-screen",
        "text-over-text",
        "time-format",
        "walrus-in-comprehension",
    }


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


def test_files_and_folders_are_checked_once_each_with_the_modules_they_import(tmp_path: Path) -> None:
    def write(name: str, source: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(source)
        return file

    one = write("one.py", "import shared\nimport requests\n")
    shared = write("shared.py", "import socket\n")
    two = write("apps/two.py", "import shared\n1if x else 2\n")
    write("apps/.hidden.py", "1if x else 2\n")
    write("apps/data.txt", "1if x else 2\n")
    places = [(finding.path, finding.line) for finding in check_apps([one, tmp_path, two.parent])]
    assert places == [(one, 2), (two, 1), (two, 2), (shared, 1)]
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"No \*\.py file in this folder"):
        check_apps([tmp_path / "empty"])


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "[" * 5_000 + "]" * 5_000,
        "x" + ".x" * 100_000,
        "x = " + "-" * 100_000 + "1",
        "x = " + "lambda: " * 5_000 + "1",
        "x = " + "1 + " * 50_000 + "1",
        "x" + "()" * 50_000,
        "x = " + "not " * 50_000 + "1",
        "x = " + "1 if 1 else " * 50_000 + "1",
        "\n".join(f"{' ' * level}if x:" for level in range(120)) + "\n" + " " * 120 + "x",
        "if x:\n  pass\n" + "elif x:\n  pass\n" * 5_000,
        "import time\ntime.sleep(" + "x" + ".x" * 600 + ")",
        "x = f'" + "{x}" * 10_000 + "'",
        "import http\nhttp.get('u').body" + ".x" * 700,
    ],
    ids=lambda source: f"{source[:24]}...",
)
def test_a_file_that_nests_deeply_has_one_finding_at_most(source: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(source)
    codes = [finding.code for finding in check_app(tmp_path / "app.py")]
    assert codes in ([], ["too-deep"], ["syntax-error"], ["blocking-sleep"], ["function-not-called"])


@pytest.mark.parametrize("number", ["10**400", f"1{'0' * 400}", "1e999", "-1", f"0x{'f' * 5000}", "True", "1e-9"])
def test_numbers_of_any_size_are_no_problem(number: str, tmp_path: Path) -> None:
    source = f"import time, wakeup, http\ntime.sleep({number})\nt = wakeup.wakeup(print, {number})\n"
    source += f"t = wakeup.wakeup(print({number}), 0)\n"
    source += f"for i in range({number}):\n    http.get_async('u', print)\nx = http.get('u').status_code == {number}\n"
    (tmp_path / "app.py").write_text(source)
    assert "syntax-error" not in [finding.code for finding in check_app(tmp_path / "app.py")]


def test_deep_nesting_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("x = " + " + ".join(["a"] * 2000) + "\n" + "y = x" + ".a" * 500 + "\n")
    assert check_app(tmp_path / "app.py") == []


def test_every_rule_has_a_sample_and_says_where_it_is_documented() -> None:
    modules = (
        test_argument_values,
        test_built_in,
        test_calls,
        test_imports,
        test_language,
        test_mistakes,
        test_paradigm,
        test_strings,
        test_syntax,
        test_text_boxes,
    )
    shown = {code for module in modules for sample in split(module.SAMPLES) for _, code in expected(sample)}
    # Those have tests of their own; type parameters do not even parse on Python 3.11.
    shown |= {"not-utf8", "syntax-error", "too-deep", "type-parameters"}
    assert {rule.code for rule in rules()} == shown
    assert all(rule.source for rule in rules())


def test_the_words_of_every_rule_are_sentences() -> None:
    for rule in rules():
        for words in (rule.problem, rule.solution):
            text = "".join(literal for literal, *_ in string.Formatter().parse(words)) or "."
            assert text.endswith("."), rule.code
