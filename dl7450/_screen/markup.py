"""Pango markup: text with tags becomes runs of text with a style. Pure.

The dock SDK says that the text of a box is plain text or Pango markup (https://docs.gtk.org/Pango/pango_markup.html).
Pango reads both with one parser, so plain text is markup without tags, and a bare `&` or `<` in it is an error. That
parser takes a subset of XML, which expat knows best; `style` knows what the tags mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from xml.parsers import expat

from .style import Style, styled


@dataclass(frozen=True, slots=True)
class StyledText:
    """A stretch of text in one style."""

    text: str
    style: Style


def plain_text(runs: Iterable[StyledText]) -> str:
    """The text of runs, without their styles."""
    return "".join(run.text for run in runs)


def parse(markup: str) -> tuple[StyledText, ...]:
    """Read Pango markup.

    Raises:
        ValueError: the markup is not well-formed, a tag or an attribute is unknown, or a value makes no sense; the
            message names the place and the fix.
    """
    return _Reader(_PANGO_ONLY.sub(_for_expat, markup).translate(_FORBIDDEN_BY_XML)).read()


_FORBIDDEN_BY_XML = dict.fromkeys(
    [code for code in (*range(0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF) if chr(code) not in "\t\n\r"],
    "\N{REPLACEMENT CHARACTER}",
)

# What Pango passes and XML forbids, besides control characters: CDATA (which Pango does not show), declarations, "]]>"
# in text, and control characters by number. Comments are here to be left alone. What is not closed goes on to the end,
# so that the text is gone through once.
_PANGO_ONLY = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<![^>-][^>]*>?|\]\]>|&#x?[0-9a-fA-F]+;", re.DOTALL
)


def _for_expat(found: re.Match[str]) -> str:
    part = found[0]
    if part.startswith("<!"):
        if part.startswith("<!--") or not part.endswith(">"):
            return part
        return f"<!--{'.' * (len(part) - 7)}-->"  # as long as it was, so that places stay right
    if part == "]]>":
        return "]]&gt;"
    try:
        code = int(part[3:-1], 16) if part[2] == "x" else int(part[2:-1])
    except ValueError:
        return part
    return "&#xFFFD;" if 0 < code < 0x20 and chr(code) not in "\t\n\r" else part


_ROOT, _END = "<_>", "</_>"  # XML wants one element around everything; Pango adds its <markup> for that


class _Tag(NamedTuple):
    name: str
    style: Style  # of the text inside
    start: int  # index of its first byte


class _Reader:
    """One pass of expat over one text: a stack of open tags with their styles, and the runs so far."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open = [_Tag("", Style(), 0)]
        self._runs: list[StyledText] = []
        self._parser = expat.ParserCreate()
        self._parser.Parse(_ROOT)
        self._parser.buffer_text = True  # one run, not one for every entity and line break in it
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self) -> tuple[StyledText, ...]:
        try:
            self._parser.Parse(self._text)
            self._parser.Parse(_END, True)
        except expat.ExpatError as error:
            raise ValueError(self._explain(expat.ErrorString(error.code))) from None
        return tuple(self._runs)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        index = self._parser.CurrentByteIndex
        try:
            style = styled(self._open[-1].style, name, attributes)
        except ValueError as error:
            raise ValueError(f"{self._place(index)}: {error}") from None
        self._open.append(_Tag(name, style, index))

    def _end(self, _name: str) -> None:
        if len(self._open) > 1:  # the root stays, even if the app's text closes it
            self._open.pop()

    def _characters(self, text: str) -> None:
        self._runs.append(StyledText(text, self._open[-1].style))

    def _place(self, index: int) -> str:
        """Where the tag or the entity starts that expat is at; expat itself may point behind it."""
        before = self._text.encode()[: index + 1 - len(_ROOT)].decode(errors="ignore")
        start = max(before.rfind("<"), before.rfind("&"), 0)
        line, column = before.count("\n", 0, start) + 1, start - before.rfind("\n", 0, start)
        return f"markup, line {line}, column {column}, at {self._text[start : start + 16]!r}"

    def _explain(self, reason: str) -> str:
        here, tag = self._place(self._parser.CurrentByteIndex), self._open[-1]
        match reason:
            case expat.errors.XML_ERROR_TAG_MISMATCH if tag.name:
                return f"{self._place(tag.start)}: <{tag.name}> is not closed: write </{tag.name}> where it belongs"
            case expat.errors.XML_ERROR_TAG_MISMATCH:
                return f"{here}: no tag is open here that this could close: remove it"
            case expat.errors.XML_ERROR_UNDEFINED_ENTITY:
                return f"{here}: unknown entity: write &amp; for &, or a character by number: &#x2602;"
            case _:
                return f"{here}: {reason}: write &amp; for & and &lt; for <, and quote the values of attributes"
