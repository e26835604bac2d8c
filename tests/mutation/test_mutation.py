"""The mutants that a text has, and what becomes of one in a small project."""

import random
from pathlib import Path

import pytest

from tests.mutation.__main__ import sample
from tests.mutation._areas import area_tests, mutated_files
from tests.mutation._mutants import mutants_of
from tests.mutation._run import Copy, Outcome


@pytest.fixture(autouse=True)
def _no_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the small projects need none, and start faster


SOURCE = '''
"""A docstring stays."""
def f(ä: "Literal[1]", on: bool = True) -> int:
    if ä in {1, 2.5} or not on:
        ä += 1
    while ä:
        break
    log("ü", f"{1}"); self.kept = ä
    return 0 if on else ä - 1
'''


def test_a_mutant_differs_in_one_place_by_a_fault() -> None:
    mutants = mutants_of(SOURCE)
    assert [str(mutant) for mutant in mutants] == [
        "line 3: True  ->  False",
        "line 4: ä in {1, 2.5} or not on  ->  True",
        "line 4: ä in {1, 2.5} or not on  ->  False",
        "line 4: ä in {1, 2.5} or not on  ->  (not on)",
        "line 4: ä in {1, 2.5} or not on  ->  (ä in {1, 2.5})",
        "line 4: ä in {1, 2.5}  ->  (ä not in {1, 2.5})",
        "line 4: 1  ->  (2)",
        "line 4: 1  ->  (0)",
        "line 4: 2.5  ->  (3.5)",
        "line 4: 2.5  ->  (1.5)",
        "line 4: not on  ->  (on)",
        "line 5: ä += 1  ->  pass",
        "line 5: ä += 1  ->  ä -= 1",
        "line 5: 1  ->  (2)",
        "line 5: 1  ->  (0)",
        "line 6: ä  ->  False",
        "line 7: break  ->  continue",
        'line 8: log("ü", f"{1}")  ->  pass',
        "line 8: self.kept = ä  ->  pass",
        "line 9: return 0 if on else ä - 1  ->  return None",
        "line 9: 0 if on else ä - 1  ->  (0)",
        "line 9: 0 if on else ä - 1  ->  (ä - 1)",
        "line 9: 0  ->  (1)",
        "line 9: 0  ->  (-1)",
        "line 9: ä - 1  ->  (ä + 1)",
        "line 9: 1  ->  (2)",
        "line 9: 1  ->  (0)",
    ]
    assert mutants[18].text == SOURCE.replace("self.kept = ä", "pass")


def test_a_sample_is_the_same_for_a_seed_and_never_empty() -> None:
    mutants = mutants_of(SOURCE)
    chosen = sample(mutants, 0.5, random.Random("7"))
    assert (chosen, len(chosen)) == (sample(mutants, 0.5, random.Random("7")), 14)
    assert len(sample(mutants, 0.0, random.Random("7"))) == 3


def test_every_file_has_tests() -> None:
    assert [file for file in mutated_files() if not area_tests(file)] == []
    with pytest.raises(ValueError, match="add an area, or name another file"):
        area_tests("examples/demo.py")


async def test_a_mutant_is_killed_survives_or_does_not_end(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    original = "def larger(a: int, b: int) -> int:\n    return a if a > b else b\n"
    (project / "larger.py").write_text(original)
    (project / "test_larger.py").write_text("from larger import larger\ndef test(): assert larger(1, 2) == 2\n")
    (tmp_path / "copy").mkdir()

    async def outcome(mutant: str, patience: float) -> Outcome:
        copy = Copy(tmp_path / "copy", project, ["larger.py", "test_larger.py"], patience)
        return await copy.test("larger.py", mutant, ("test_larger.py",))

    assert await outcome(original.replace("a >", "a <"), patience=60) is Outcome.KILLED
    assert await outcome(original.replace("a >", "a >="), patience=60) is Outcome.SURVIVED
    assert await outcome(original.replace("return", "while a: pass\n    return"), patience=0) is Outcome.TIMED_OUT
    assert (project / "larger.py").read_text() == (tmp_path / "copy" / "larger.py").read_text() == original


async def test_tests_that_fail_without_a_mutant_are_told(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test(): assert False\n")
    (tmp_path / "copy").mkdir()
    copy = Copy(tmp_path / "copy", tmp_path, ["test_it.py"])
    with pytest.raises(RuntimeError, match=r"without a mutant, these tests must pass: pytest test_it\.py"):
        await copy.test("test_it.py", "", ("test_it.py",))
