"""`read_in_one_pass`: makes h11, by which hypercorn reads requests, read their lines in one pass.

Its patterns go back over blanks again and again: one header of 15,000 blanks before a NUL held the server for 12 s, and
who sends it needs no token. The patterns here match the same; their quantifiers are possessive: they never go back.
"""

from __future__ import annotations

import re

from h11 import _abnf, _readers

# RFC 9110, section 5.5, and RFC 9112, section 7.1.
_TEXT = _abnf.field_vchar
_VALUE = rf"({_TEXT}++(?:[ \t]++{_TEXT}++)*+)?+"
_HEADER = rf"(?P<field_name>{_abnf.token}):[ \t]*+(?P<field_value>{_VALUE})[ \t]*+"
_CHUNK_HEADER = r"(?P<chunk_size>[0-9A-Fa-f]{1,20})(?:;.*+(?<=\r)|[ \t]*+\r)\n"


def read_in_one_pass() -> None:
    """Have h11 do it, in the whole process. It has no public way."""
    _readers.header_field_re = re.compile(_HEADER.encode())
    _readers.chunk_header_re = re.compile(_CHUNK_HEADER.encode())
