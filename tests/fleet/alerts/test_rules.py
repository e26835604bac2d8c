"""The file of rules: what it says, and what is said of its mistakes."""

import re
from pathlib import Path

import pytest

from dl7450_telemetry.fleet.alerts.rules import Rule, Rules, RulesError, load_rules

MINUTE = 60 * 10**9
FILE = """\
webhook = "http://127.0.0.1:9000/hook"

[[rule]]
name = "Porto fails"
when = "error_rate"
above = 0.1
window = "30m"
for = "10m"
keep_for = "1h"
site = "porto"

[[rule]]
name = "Slow"
when = "latency"
above = 2.5
"""


def test_a_file_holds_rules_and_a_webhook(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(FILE)
    assert load_rules(tmp_path / "rules.toml") == Rules(
        (
            Rule("Porto fails", "error_rate", 0.1, 30 * MINUTE, 10 * MINUTE, 60 * MINUTE, (("site", "porto"),)),
            Rule("Slow", "latency", 2.5e9),
        ),
        "http://127.0.0.1:9000/hook",
    )


def test_a_file_with_a_webhook_alone_has_the_usual_rules(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text('webhook = "https://hook.example/"')
    assert load_rules(tmp_path / "rules.toml") == Rules(webhook="https://hook.example/")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("rule = ", "Invalid value"),
        ("rules = 1", "'rules' is not known: use webhook and [[rule]]"),
        ("rule = 1", "write each rule below a line [[rule]]"),
        ("webhook = 'ftp://a'", "webhook has to be a URL with http or https"),
        ("[[rule]]", "rule 1 has no name"),
        ("[[rule]]\nname = 'a'\nwhen = 'never'", "when is 'never': use one of newly_failing, silent"),
        ("[[rule]]\nname = 'a'\nwhen = 'silent'\nabove = true", "above has to be a number"),
        ("[[rule]]\nname = 'a'\nwhen = 'silent'\nabove = 1\nfor = '5'", "'5' is not a span of time such as 90m"),
        ("[[rule]]\nname = 'a'\ncolour = 1", "'colour' is not known: use name, when, above, window"),
        (2 * "[[rule]]\nname = 'a'\nwhen = 'silent'\nabove = 1\n", "two rules are called 'a'"),
    ],
)
def test_a_mistake_is_told_with_its_fix(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "rules.toml").write_text(content)
    with pytest.raises(RulesError, match=re.escape(message)):
        load_rules(tmp_path / "rules.toml")
