"""What came as the body of an answer, to look at: a picture, a text, or bytes."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Literal

TEXT_MAX = 20_000  # characters that are shown
BYTES_MAX = 1_024  # bytes that are shown in hexadecimal
_TEXT_BYTES_MAX = 4 * TEXT_MAX  # a character has four at most
_WIDTH = 16  # bytes in a line

_PICTURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"BM.{4}\0{4}", re.DOTALL), "image/bmp"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
)
_CHARSETS = ("us-ascii", "iso-8859-1", "windows-1252", "utf-16")  # Python's list has some that are no encodings of text
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Preview:
    """A body as the page shows it.

    Attributes:
        kind: what it is.
        text: its beginning; of bytes, in hexadecimal.
        is_cut: there is more of it.
    """

    kind: Literal["picture", "text", "bytes"]
    text: str = ""
    is_cut: bool = False


def picture_type(body: bytes) -> str | None:
    """The media type of a picture, by its first bytes and whatever the headers say; None for anything else.

    An SVG is none: it is shown as the text that it is.
    """
    return next((kind for magic, kind in _PICTURES if magic.match(body)), None)


def preview(body: bytes, content_type: str) -> Preview:
    """What a body is, and its beginning.

    Parameters:
        body: the bytes.
        content_type: the header, for the encoding of a text; UTF-8 by default.
    """
    if picture_type(body):
        return Preview("picture")
    text = _decoded(body, content_type)
    if text is None or _CONTROL.search(text):
        return Preview("bytes", hexadecimal(body[:BYTES_MAX]), len(body) > BYTES_MAX)
    return Preview("text", text[:TEXT_MAX], len(text) > TEXT_MAX or len(body) > _TEXT_BYTES_MAX)


def hexadecimal(data: bytes) -> str:
    """Bytes as lines of their offset, their values and the ASCII of them."""
    rows = (data[start : start + _WIDTH] for start in range(0, len(data), _WIDTH))
    return "\n".join(
        f"{number * _WIDTH:04x}  {row.hex(' '):<{3 * _WIDTH - 1}}  "
        + "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        for number, row in enumerate(rows)
    )


def _decoded(body: bytes, content_type: str) -> str | None:
    named = re.search(r"charset=\"?([\w-]+)", content_type)
    charset = named[1].lower() if named else ""
    try:
        decoder = codecs.getincrementaldecoder(charset if charset in _CHARSETS else "utf-8")()
        # Of a long one, the last letter may be cut through.
        return decoder.decode(body[:_TEXT_BYTES_MAX], final=len(body) <= _TEXT_BYTES_MAX)
    except UnicodeError:
        return None
