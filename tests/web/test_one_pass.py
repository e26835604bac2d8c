"""h11 reads with other patterns what it read with its own."""

import re

import pytest
from h11 import _abnf, _readers
from hypothesis import given
from hypothesis import strategies as st

from dl7450_telemetry.web.one_pass import read_in_one_pass

HEADER = re.compile(_abnf.header_field.encode())
CHUNK = re.compile(_abnf.chunk_header.encode())


@given(st.text("aX: \t\0;\r\n\x0b\xff0-", max_size=12).map(lambda text: text.encode("latin-1")))
def test_a_line_means_the_same(line: bytes) -> None:
    read_in_one_pass()
    for data in (line, b"X:" + line):
        ours, theirs = _readers.header_field_re.fullmatch(data), HEADER.fullmatch(data)
        assert (ours and ours.groupdict()) == (theirs and theirs.groupdict())
    for data in (b"5" + line, b"5;" + line, b"5" + line + b"\r\n"):
        ours, theirs = _readers.chunk_header_re.fullmatch(data), CHUNK.fullmatch(data)
        assert (ours and ours["chunk_size"]) == (theirs and theirs["chunk_size"])


@pytest.mark.parametrize("begin", [b"X:", b"X: y"])
def test_no_line_is_gone_over_again_and_again(begin: bytes) -> None:
    read_in_one_pass()
    blanks = b" " * 300_000  # minutes with h11's own
    assert _readers.header_field_re.fullmatch(begin + blanks + b"\0") is None
    assert _readers.chunk_header_re.fullmatch(b"5;" + blanks + b"\n\r\n") is None
