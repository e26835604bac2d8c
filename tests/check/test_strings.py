"""F-strings, format strings and slices that MicroPython takes otherwise."""

from pathlib import Path

import pytest

from tests.check._samples import expected, found, split

SAMPLES = r"""
a = f"{':'.join(b)}"  # <- f-string-expression
a = f"{'}'}"  # <- f-string-expression
a = f"{g(']')}"  # <- f-string-expression
a = f"{b['[']}"  # <- f-string-expression
a = f"{(lambda x: x)(1)}"  # <- f-string-expression
a = f"{'a' if b else 'b:c'}"  # <- f-string-expression
---
a = f"{b['x']:>5}{b[':']}{b[1:2]}{ {1: 2}[1] }{g('[]')}{g('(', x=1)}{b != 1}{b == 1}{b!r:>{w}.{p}}{{}}"
a = f"{','.join(b)}{[i for i in b if i]}{b if b else 'no'}{b:%H:%M}"
---
a = f"{f'{b}'}"  # <- nested-f-string
a = f"{b:{w}}"
---
a = f"{b!a}"  # <- f-string-ascii
a = f"{b!r}{b!s}{b=}"
---
a = f"{b = }"  # <- f-string-space-after-equals
a = f"{b= }, {c}"  # <- f-string-space-after-equals
a = f"{b= !r}"  # <- f-string-space-after-equals
a = f"{b =}{c=:.2f}{d=!s}"
a = f"b = {b}"
a = f"{{b = }}{b}"
a = f"b = {b!r} = {c == 1}"
---
a = f"{b}" f"{c}"  # <- adjacent-f-strings
a = (
    f"{b}"
    # a comment
    "x"
    f"{c}"  # <- adjacent-f-strings
)
---
a = f"{b}" + f"{c}"
a = [f"{b}", f"{c}"]
a = "x" f"{b}" "y"
a = "x" "{}"
a = b"x" b"{}"
---
a = "{}" f"{b}"  # <- braces-beside-f-string
a = f"{b}" "{{}}"  # <- braces-beside-f-string
---
a = rf"\d{b}"  # <- raw-f-string
a = fR"{b}"  # <- raw-f-string
a = r"\d{b}", F"{b}"
---
a = "{b.c}".format(b=1)  # <- format-field
a = "{0[1]} {}".format(b)  # <- format-field
a = "{} {b:>5.2f} {{.}} {!r}".format(1, 2, b=3)
a = b.format(1)
a = "{".format(1)
---
def f(text, x: str):
    a = "abc"[::-1]  # <- slice-with-step
    a = str(x)[::2]  # <- slice-with-step
    a = b"abc"[::2]  # <- slice-with-step
    a = (1, 2, 3)[::-1]  # <- slice-with-step
    a = memoryview(x)[0:4:2]  # <- slice-with-step
    a = ("%s" % x)[::-1]  # <- slice-with-step
    a = text[::-1], "abc"[::1], "abc"[0:2:None], "abc"[1:], [1, 2][::-1], list("ab")[::-1], "ab"[0]
    return a
---
import http
def f(url):
    body = http.get(url).body()
    head = body[:4]
    return head[::2]  # <- slice-with-step
---
def f(x):
    x[::2] = [1]  # <- changed-slice-with-step
    del x[1::3]  # <- changed-slice-with-step
    x[1:2] = [1]
    del x[1:2], x[0]
"""


@pytest.mark.parametrize("sample", split(SAMPLES))
def test_strings_that_micropython_takes_otherwise_are_found_and_no_others(sample: str, tmp_path: Path) -> None:
    assert found(sample, tmp_path) == expected(sample)
