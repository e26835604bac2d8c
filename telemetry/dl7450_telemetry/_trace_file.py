"""Reading a trace file: request by request, so that its size does not matter, and past what is damaged in it.

A request begins at a line that starts with a brace and ends before the next one. That holds for one request on each
line, which is the rule, and for one that is spread over many; and a line that was cut off, by a full disk or the end of
the writer, costs itself and not what follows.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Container, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, NoReturn, Self, TypeAlias, TypeVar, cast

from ._format import printable
from ._otlp_json import SHAPE_ERRORS, Json, OnError, decode_for_index, decode_request, reason
from ._span_record import IndexedSpan, SpanRecord

T = TypeVar("T")

STANDARD_INPUT = "-"

_BLANK = re.compile(r"\s*")
_GZIP = b"\x1f\x8b"
_MAX_REQUEST = 256 * 1024 * 1024  # bytes: no exporter writes so many, and a file without line breaks is read no further


class TraceFileError(ValueError):
    """A file is not a trace file, or a damaged one; the message names the file, the line and the fault."""


OnDamage: TypeAlias = Callable[[TraceFileError], None]


def _refuse(damage: TraceFileError) -> NoReturn:
    raise damage


def read_trace_file(path: str | Path, *, on_damage: OnDamage = _refuse) -> list[SpanRecord]:
    """Read the spans of a trace file.

    Takes what `configure` and the Collector's file exporter write, also compressed with gzip; also a request
    that is spread over several lines, and ids in base64. Metrics and logs in the same file are passed over.

    Parameters:
        path: the file; `-` is standard input.
        on_damage: called for each request or span that cannot be read, instead of an error; the others are read.

    Raises:
        TraceFileError: something in the file is not OTLP JSON; the message names the line.
        OSError: the file cannot be read.
    """
    with TraceFile(path, on_damage) as file:
        return [span for block in file.blocks() for request in file.requests(block) for span in file.spans(request)]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a file in which requests are whole: where it starts, and how long it is in bytes."""

    line: int
    offset: int
    size: int
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the JSON it was."""

    line: int
    json: Json


class TraceFile:
    """A trace file that is open. What it holds can be read once from start to end, and then again block by block."""

    def __init__(self, path: str | Path, on_damage: OnDamage) -> None:
        """
        Parameters:
            path: the file; `-` is standard input.
            on_damage: called for what cannot be read.

        Raises:
            OSError: the file cannot be read.
        """
        self._name = "standard input" if str(path) == STANDARD_INPUT else printable(str(path))
        self._on_damage = on_damage
        with ExitStack() as opened:
            self._file = _open(path, opened)
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._opened.close()

    def blocks(self) -> Iterator[Block]:
        """The file from its start, in parts that hold whole requests."""
        parts: list[bytes] = []
        first_line = line = 1
        offset = size = 0
        last = b""
        for part in self._lines():
            if parts and _begins_a_request(part, parts[0], last):
                yield Block(first_line, offset, size, b"".join(parts))
                first_line, offset, size, parts = line, offset + size, 0, []
            if size + len(part) > _MAX_REQUEST:
                self._damaged(first_line, f"a request of more than {_MAX_REQUEST} bytes")
                return
            parts.append(part)
            size += len(part)
            line += part.endswith(b"\n")
            if not part.isspace():
                last = part
        if parts:
            yield Block(first_line, offset, size, b"".join(parts))

    def _lines(self) -> Iterator[bytes]:
        try:
            while line := self._file.readline(_MAX_REQUEST + 1):
                yield line
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self._on_damage(TraceFileError(f"{self._name}: the compressed data are cut off or damaged: {error}"))
        except OSError as error:
            error.filename = self._name  # tells it from an error of writing
            raise

    def read_again(self, block: Block) -> Block:
        """A block with its content, which `blocks` gave without."""
        self._file.seek(block.offset)
        return Block(block.line, block.offset, block.size, self._file.read(block.size))

    def requests(self, block: Block) -> Iterator[Request]:
        """The requests in a block."""
        content = block.content or b""
        if block.offset == 0:
            content = content.removeprefix(codecs.BOM_UTF8)
        try:
            text = content.decode()
        except UnicodeDecodeError:
            self._damaged(block.line, "not UTF-8 text (compressed other than with gzip, it has to be unpacked first)")
            return
        position = counted = 0
        line = block.line
        while True:
            start = _BLANK.match(text, position).end()  # type: ignore[union-attr] # it matches the empty string
            if start == len(text):
                return
            line += text.count("\n", counted, start)
            counted = start
            try:
                request, position = _decoder.raw_decode(text, start)
            except json.JSONDecodeError as error:
                self._damaged(
                    block.line + error.lineno - 1,
                    f"not JSON ({error.msg}, column {error.colno}); a trace file holds one JSON object on each line",
                )
            except (ValueError, RecursionError) as error:
                self._damaged(line, f"JSON that cannot be read ({error})")
            else:
                yield Request(line, request)
                continue
            # A line that was cut off, and the next one right behind it.
            position = text.find('{"resourceSpans"', start + 1)
            if position < 0:
                return

    def spans(self, request: Request) -> Iterator[SpanRecord]:
        """The spans of a request."""
        return self._past_damage(request, decode_request)

    def spans_for_index(self, request: Request, needed: Container[str]) -> Iterator[IndexedSpan]:
        """The same with what an index needs, and the attributes that are needed."""
        return self._past_damage(request, partial(decode_for_index, needed=needed))

    def _past_damage(self, request: Request, decode: Callable[[Json, OnError], Iterator[T]]) -> Iterator[T]:
        def on_error(error: Exception) -> None:
            self._damaged(request.line, f"not an OTLP trace export: {reason(error)}")

        try:
            yield from decode(request.json, on_error)
        except SHAPE_ERRORS as error:
            on_error(error)

    def _damaged(self, line: int, fault: str) -> None:
        self._on_damage(TraceFileError(f"{self._name}, line {line}: {fault}"))


_decoder = json.JSONDecoder()


def _begins_a_request(line: bytes, first: bytes, last: bytes) -> bool:
    """Whether a line begins a request, after the lines from `first` to `last`, the last one that is not blank."""
    if not line.startswith(b"{"):
        return not first.lstrip(codecs.BOM_UTF8).startswith((b"{", b"\n", b"\r", b" ", b"\t"))  # a line of no request
    # A brace alone may also be within a request that is spread over many lines.
    return line.startswith(b'{"') or last.rstrip().endswith(b"}")


def _open(path: str | Path, opened: ExitStack) -> BinaryIO:
    """Open a file that can be read twice; what has to be closed for it is put on the stack."""
    if str(path) == STANDARD_INPUT:
        file: BinaryIO = sys.stdin.buffer
    else:
        file = opened.enter_context(Path(path).open("rb"))  # noqa: SIM115 # the stack closes it
    if not file.seekable() or file.tell() != 0:
        # A pipe can be read once only. The copy is on disk, so that its size does not matter.
        copy = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 # the stack closes it
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        file = copy
    compressed = file.read(len(_GZIP)) == _GZIP
    file.seek(0)
    return cast("BinaryIO", opened.enter_context(gzip.open(file))) if compressed else file
