"""The short form of `make repeat`: each app a few times, on one core and on two, alone and beside busy processes."""

import pytest

from tests.repeat._cases import CASES, Case
from tests.repeat._machine import MACHINES
from tests.repeat._ways import WAYS


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.app.stem)
def test_an_app_gives_the_same_each_time(case: Case, way: str) -> None:
    first = WAYS[way](case)
    for machine in ("one core", "two cores"):
        with MACHINES[machine]():
            assert WAYS[way](case) == first


def test_and_so_it_does_beside_busy_processes() -> None:
    case = CASES[0]
    first = {name: way(case) for name, way in WAYS.items()}
    for machine in ("one busy core", "two busy cores"):
        with MACHINES[machine]():
            assert {name: way(case) for name, way in WAYS.items()} == first


def test_what_is_told_of_a_run_has_its_frames_spans_and_requests() -> None:
    told = [WAYS[way](CASES[0]) for way in ("plain test", "Trio program")]
    for kind in ("frame ScreenState(", "span 00", "request Request(", "tick 100"):
        assert all(kind in text for text in told), kind
