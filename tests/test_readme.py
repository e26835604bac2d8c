"""What the README and the pages beside it say is true; tests/docs has the rest."""

import re
from pathlib import Path

import pytest

from tests._servers import content_server

README = Path("README.md").read_text(encoding="utf-8")


def test_the_trio_example_runs_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    [example] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    with content_server() as url:
        exec(example.replace("http://127.0.0.1:8450", url), {})
    lines = capsys.readouterr().out.splitlines()
    assert sorted(int(line.split()[0]) for line in lines) == list(range(1, 101))


def test_every_link_to_a_file_leads_somewhere() -> None:
    for page in Path().glob("*.md"):  # those in docs/ are checked when the site is built
        links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        assert [link for link in links if not Path(link).exists()] == [], page
