"""What the tests that run pytest inside pytest need."""

import pytest


@pytest.fixture(autouse=True)
def terminal_of_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an inner pytest print what a person sees: with these variables set it repeats whole messages at its end."""
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
