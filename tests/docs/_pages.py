"""The pages of the project, and the blocks of code on them."""

import re
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT, ROOT / "docs", ROOT / "examples", *(ROOT / "telemetry").iterdir())
PAGES = sorted(path for folder in FOLDERS for path in folder.glob("*.md"))


class Block(NamedTuple):
    """A block of code.

    Attributes:
        page: the page's file.
        line: where it begins.
        language: behind its fence; empty if it is only indented.
        code: what is in it.
        note: the HTML comment before it, which a reader does not see: what the block is meant for.
        output: the text of the block after it, if that is marked as output and nothing stands between.
    """

    page: Path
    line: int
    language: str
    code: str
    note: str
    output: str | None

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    """The blocks of code on a page; directives of the site's generator are not among them."""
    tokens = [token for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")) if token.map]
    blocks = []
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        if token.type not in {"fence", "code_block"} or token.info.startswith("{"):
            continue
        comment = re.fullmatch("<!-- (.*) -->\n*", before.content) if before and before.type == "html_block" else None
        output = after.content if after and after.type == "fence" and after.info == "text" else None
        assert token.map
        line = token.map[0] + 1
        blocks.append(Block(page, line, token.info, token.content, comment[1] if comment else "", output))
    return blocks


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
