"""Nothing breaks in the simulation, it repeats exactly, and it finds what is broken."""

import sys
from unittest.mock import patch

import hypothesis
import pytest
import trio

from tests.simulation._program import Program, programs
from tests.simulation._search import search
from tests.simulation._world import simulate


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_breaks(seed: int) -> None:
    found = search(seed)
    assert found.broken is None, str(found)
    assert found.steps > 5000


@hypothesis.given(programs)
@hypothesis.settings(max_examples=20, derandomize=True, deadline=None)
def test_a_program_runs_the_same_way_again(program: Program) -> None:
    assert simulate(program).story.lines == simulate(program).story.lines


def test_a_token_that_stays_out_when_a_request_is_cancelled_is_found_with_a_small_program() -> None:
    give_back = trio.CapacityLimiter.release_on_behalf_of

    def forget(limiter: trio.CapacityLimiter, borrower: object) -> None:
        if not isinstance(sys.exc_info()[1], trio.Cancelled):
            give_back(limiter, borrower)

    with patch.object(trio.CapacityLimiter, "release_on_behalf_of", forget):
        found = search(12)
    assert found.broken is not None
    assert found.broken.story.violations[0] == "dock 0 has lent 1 tokens for 0 requests in flight"
    assert len(str(found.broken.program).splitlines()) < 8
