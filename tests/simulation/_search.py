"""Searches for a program that breaks something, and makes it as small as it goes."""

from dataclasses import dataclass

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import Flaky

from tests.simulation._program import Program, programs
from tests.simulation._world import World, simulate

PROGRAMS = 100  # that one seed stands for


class ViolationError(AssertionError):
    """A program broke a rule."""


@dataclass
class Search:
    """What was searched: `steps` are those of Trio's tasks, after each of which all that must hold was checked."""

    seed: int
    programs: int = 0
    steps: int = 0
    broken: World | None = None  # the run of the smallest program that broke something

    def __str__(self) -> str:
        if self.broken is None:
            return f"seed {self.seed}: nothing broke in {self.programs} programs and {self.steps} steps"
        return (
            f"{self.broken.story.violations[0]}\n\n{self.broken.program}\n\n"
            f"To replay it, and to read what happens step by step: python -m tests.simulation {self.seed}"
        )


def search(seed: int) -> Search:
    """Run the programs that the seed stands for, until one breaks something."""
    found = Search(seed)

    @hypothesis.settings(
        max_examples=PROGRAMS,
        phases=(Phase.generate, Phase.shrink),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
    )
    @hypothesis.seed(seed)
    @hypothesis.given(programs)
    def run(program: Program) -> None:
        found.programs += 1
        world = simulate(program)
        found.steps += world.steps
        if world.story.violations:
            found.broken = world  # the last one is the smallest
            raise ViolationError(world.story.violations[0])

    try:
        run()
    except (ViolationError, Flaky):  # flaky: it depends on something that the seed does not decide
        assert found.broken is not None
    return found
