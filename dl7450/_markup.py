"""Pango markup: text with tags becomes runs of text with a style. Pure.

The dock SDK says that the text of a box is plain text or Pango markup
(https://docs.gtk.org/Pango/pango_markup.html). Pango reads both with one parser, so plain text is markup
without tags, and a bare `&` or `<` in it is an error. That parser takes a subset of XML, which expat knows
best; `dl7450._style` knows what the tags mean.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from xml.parsers import expat

from dl7450._style import Style, styled


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style."""

    text: str
    style: Style


def plain_text(runs: Iterable[Run]) -> str:
    """The text of runs, without their styles."""
    return "".join(run.text for run in runs)


def parse(markup: str) -> tuple[Run, ...]:
    """Read Pango markup.

    Raises:
        ValueError: the markup is not well-formed, a tag or an attribute is unknown, or a value makes no
            sense; says where, and what to write instead.
    """
    # Two things that Pango passes and XML forbids: "]]>" in text, and control characters.
    return _Reader().read(markup.replace("]]>", "]]&gt;").translate(_FORBIDDEN_BY_XML))


_FORBIDDEN_BY_XML = dict.fromkeys(
    [code for code in (*range(0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF) if chr(code) not in "\t\n\r"],
    "\N{REPLACEMENT CHARACTER}",
)

_ROOT = "<markup>"


class _Reader:
    """One pass of expat over one text: a stack of open tags with their styles, and the runs so far."""

    def __init__(self) -> None:
        self._open: list[tuple[str, Style]] = []
        self._runs: list[Run] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True  # one run, not one for every entity and line break in it
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self, text: str) -> tuple[Run, ...]:
        try:
            self._parser.Parse(_ROOT, False)
            self._parser.Parse(text, False)
            self._parser.Parse("</markup>", True)
        except expat.ExpatError as error:
            raise ValueError(f"{self._place()}: {self._explain(error)}") from None
        return tuple(self._runs)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        style = self._open[-1][1] if self._open else Style()
        try:
            style = styled(style, tag, attributes)
        except ValueError as error:
            raise ValueError(f"{self._place()}: {error}") from None
        self._open.append((tag, style))

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        self._runs.append(Run(text, self._open[-1][1]))

    def _place(self) -> str:
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber
        return f"markup, line {line}, column {column + 1 - (len(_ROOT) if line == 1 else 0)}"

    def _explain(self, error: expat.ExpatError) -> str:
        reason = expat.ErrorString(error.code)
        if reason == expat.errors.XML_ERROR_TAG_MISMATCH:
            tag = self._open[-1][0]
            if tag != "markup" or len(self._open) > 1:
                return f"<{tag}> is open here; close it with </{tag}> first"
            return "a tag is closed here that was not opened"
        if reason == expat.errors.XML_ERROR_UNDEFINED_ENTITY:
            return "unknown entity; write &amp; for &, or a character's number such as &#x2602;"
        return f"{reason}; in plain text write &amp; for & and &lt; for <, and quote the values of attributes"
