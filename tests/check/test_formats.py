"""The forms of findings."""

import json
from pathlib import Path

from dl7450._check import FORMATS, Finding, Level

FINDINGS = [
    Finding(Path("my,app:é%.py"), 4, 9, Level.ERROR, "one-code", "It fails:\n100%.", "Stop.", "some page"),
    Finding(Path("/tmp/b.py"), 1, 1, Level.WARNING, "other-code", "It may fail.", "Look.", "other page"),
]


def test_text_is_for_a_reader_and_for_what_knows_compilers() -> None:
    assert FORMATS["text"](FINDINGS) == (
        "my,app:é%.py:4:9: error: one-code\n"
        "  Problem:  It fails:\n100%.\n"
        "  Solution: Stop.\n"
        "\n"
        "/tmp/b.py:1:1: warning: other-code\n"
        "  Problem:  It may fail.\n"
        "  Solution: Look.\n"
        "\n"
        "1 error, 1 warning\n"
    )
    assert FORMATS["text"](FINDINGS[:1] * 2).endswith("\n2 errors\n")
    assert FORMATS["text"]([]) == ""


def test_json_has_everything() -> None:
    one = {
        "path": "my,app:é%.py",
        "line": 4,
        "column": 9,
        "level": "error",
        "code": "one-code",
        "problem": "It fails:\n100%.",
        "solution": "Stop.",
        "source": "some page",
    }
    assert json.loads(FORMATS["json"](FINDINGS[:1])) == {"errors": 1, "warnings": 0, "findings": [one]}
    assert json.loads(FORMATS["json"]([])) == {"errors": 0, "warnings": 0, "findings": []}


def test_github_annotations_are_one_line_each() -> None:
    assert FORMATS["github"](FINDINGS) == (
        "::error file=my%2Capp%3Aé%25.py,line=4,col=9,title=one-code::It fails:%0A100%25. Stop.\n"
        "::warning file=/tmp/b.py,line=1,col=1,title=other-code::It may fail. Look.\n"
    )
    assert FORMATS["github"]([]) == ""


def test_sarif_names_rules_and_places() -> None:
    log = json.loads(FORMATS["sarif"](FINDINGS))
    [run] = log["runs"]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["rules"] == [
        {"id": "one-code", "help": {"text": "Source: some page"}},
        {"id": "other-code", "help": {"text": "Source: other page"}},
    ]
    assert [(result["ruleId"], result["level"], result["message"]["text"]) for result in run["results"]] == [
        ("one-code", "error", "It fails:\n100%. Stop."),
        ("other-code", "warning", "It may fail. Look."),
    ]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert places == [
        {"artifactLocation": {"uri": "my%2Capp%3A%C3%A9%25.py"}, "region": {"startLine": 4, "startColumn": 9}},
        {"artifactLocation": {"uri": "file:///tmp/b.py"}, "region": {"startLine": 1, "startColumn": 1}},
    ]
    assert json.loads(FORMATS["sarif"]([]))["runs"][0]["results"] == []
