"""Where code was, from the text of its stack."""

from __future__ import annotations

import re

_INNERMOST = 3  # functions that are shown
_FUNCTION = re.compile(r", in (\w+)$")


def innermost(stack: str) -> str:
    """The functions in which the code was, the innermost last; without any, the last line."""
    lines = [line for line in stack.splitlines() if line.strip()]
    functions = [found[1] for line in lines if (found := _FUNCTION.search(line))]
    return " → ".join(functions[-_INNERMOST:]) or (lines[-1].strip() if lines else "")
