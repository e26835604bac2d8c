"""Samples: pieces of apps that say themselves what `dl7450 check` should find in them.

A comment `# <- code` (or `# <- code, code`) says that the rules of these codes, and no others, find something in its
line; a line without one is fine. `---` in a line of its own ends a sample.
"""

import re
from pathlib import Path

from dl7450._check import check_app


def split(samples: str) -> list[str]:
    return [sample.strip("\n") + "\n" for sample in samples.split("\n---\n")]


def expected(sample: str) -> list[tuple[int, str]]:
    return [
        (number, code)
        for number, line in enumerate(sample.split("\n"), start=1)
        if (mark := re.search("# <- (.*)", line))
        for code in mark[1].split(", ")
    ]


def found(sample: str, folder: Path) -> list[tuple[int, str]]:
    app = folder / "app.py"
    app.write_text(sample)
    return [(finding.line, finding.code) for finding in check_app(app)]
