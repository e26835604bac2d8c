"""docs/modules.md has a row for each module of the dock."""

import re
from pathlib import Path

from dl7450._check._sdk import DOCK_MODULES
from dl7450._dock.loader import SDK_MODULES

PAGE = Path("docs/modules.md").read_text(encoding="utf-8")


def test_the_table_has_a_row_for_each_module_of_the_dock() -> None:
    rows = re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE)
    assert rows == sorted({*SDK_MODULES, *DOCK_MODULES} - {"builtins"})


def test_every_line_of_a_difference_is_about_a_module() -> None:
    lines = re.findall(r"^\* `(\w+)`: ", PAGE, re.MULTILINE)
    assert lines == sorted(set(lines))
    assert set(lines) <= {*SDK_MODULES, *DOCK_MODULES}
