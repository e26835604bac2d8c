"""The rules about MicroPython, held against its releases: a probe is a small program, and what a rule says of it.

`# rule` in its first line says that no release does as CPython does, `# rule, until 1.24` that those before 1.24 do
not, and `# nothing` that all do. The releases are MicroPython's own builds for WebAssembly, which node runs:
`npm install --prefix tests/check/releases` fetches them.
"""

import contextlib
import io
import json
import re
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

from dl7450._check import rules
from tests.check._samples import found, split

FOLDER = Path(__file__).parent
RELEASES = sorted(json.loads((FOLDER / "releases" / "package.json").read_text())["dependencies"])
PROBES = [(probe.split("\n", 1)[0][2:], probe) for probe in split((FOLDER / "probes.txt").read_text("utf-8"))]

# What CPython refuses as well, here or in Python 3.11, and what changed before the oldest release that there is.
NO_PROBE = {"not-utf8", "syntax-error", "too-deep", "type-parameters", "walrus-in-comprehension"}


def in_cpython(program: str) -> str:
    """What a program prints, with the type of the exception that ended it."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings(action="ignore"):
        try:
            exec(compile(program, "probe", "exec", dont_inherit=True), {"__name__": "__main__"})
        except Exception as error:
            print(type(error).__name__)
    return out.getvalue().strip()


def in_release(release: str) -> list[str]:
    """The same of all probes in a release of MicroPython."""
    command = ["node", "run.mjs", release]
    programs = json.dumps([probe for _, probe in PROBES])
    done = subprocess.run(
        command, cwd=FOLDER / "releases", input=programs, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    outcomes: list[str] = json.loads(done.stdout)
    return [outcome.strip() for outcome in outcomes]


def test_every_rule_about_micropython_has_a_probe() -> None:
    probed = {re.split(r"[,:]", said)[0] for said, _ in PROBES} - {"nothing"}
    # The others are about the dock's SDK, or Python's own slips.
    of_micropython = {rule.code for rule in rules() if re.search(r"MicroPython|differences|What's new", rule.source)}
    assert probed == of_micropython - NO_PROBE


@pytest.mark.parametrize(("said", "probe"), PROBES, ids=[said for said, _ in PROBES])
def test_the_check_says_of_a_probe_what_the_probe_says(said: str, probe: str, tmp_path: Path) -> None:
    codes = {code for _, code in found(probe, tmp_path)}
    code = re.split(r"[,:]", said)[0]
    assert code in codes if code != "nothing" else not codes


@pytest.mark.skipif(
    shutil.which("node") is None or not (FOLDER / "releases" / "node_modules").is_dir(),
    reason="needs node, and npm install --prefix tests/check/releases",
)
@pytest.mark.parametrize("release", RELEASES)
def test_a_release_does_what_the_probes_say(release: str) -> None:
    wrong = []
    for (said, probe), outcome in zip(PROBES, in_release(release), strict=True):
        until = re.search(r", until ([\d.]+)", said)
        agrees = said.startswith("nothing") or (
            until is not None and RELEASES.index(release) >= RELEASES.index(until[1])
        )
        if (outcome == in_cpython(probe)) != agrees:
            wrong.append((said, probe, outcome))
    assert wrong == []
