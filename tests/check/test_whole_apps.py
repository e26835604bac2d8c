"""Apps as people write them, in which nothing is wrong: what is reported here is a false alarm."""

from pathlib import Path

import pytest

from tests.check._samples import found, split

APPS = split((Path(__file__).parent / "whole_apps.txt").read_text("utf-8"))


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.split("\n", 1)[0])
def test_an_app_in_which_nothing_is_wrong_has_no_findings(app: str, tmp_path: Path) -> None:
    assert found(app, tmp_path) == []
