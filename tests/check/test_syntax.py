"""Syntax that MicroPython refuses."""

import sys
from pathlib import Path

import pytest

from tests.check._samples import expected, found, split

SAMPLES = r"""
def f(x):
    match x:  # <- match-statement
        case 1:
            return 2
---
def f(xs):
    return [y for x in xs if (y := x + 1)]  # <- walrus-in-comprehension
---
def f(xs):
    if (y := len(xs)) > 3 and any(x > y for x in xs):
        return [(lambda: (z := x)) for x in xs], y
---
x = [1, 2]
a = x[i := 0]  # <- walrus-without-parentheses
b = x[(i := 1)], {(j := 1)}, {j: (k := 2)}
c = {j := 1, 2}  # <- walrus-without-parentheses
d = print(m := 3)
---
def f(a, /, b):  # <- positional-only-parameter
    return lambda c, /: c  # <- positional-only-parameter
---
def f(a, *, b=1, **c):
    return lambda *d, e: d
---
try:  # <- except-star
    pass
except* ValueError:
    pass
---
class Lock:
    pass


with (Lock() as a, Lock() as b):  # <- parenthesized-with
    pass
with (  # <- parenthesized-with
    # a comment
    Lock() as a
):
    pass
with (Lock(), Lock()):  # <- parenthesized-with
    pass
---
with open("a") as a, open("b") as b:
    pass
with (open("a")) as a, (open("b")) as b:
    pass
with (open("a")):
    pass
with (open("a") if a else open("b")) as b:
    pass
async def f():
    async with (a as b):  # <- parenthesized-with
        pass
    async with a as b:
        pass
---
@a[0]  # <- decorator-expression
def f():
    pass
@a().b  # <- decorator-expression
def g():
    pass
@(a)  # <- decorator-expression
def h():
    pass
@lambda f: f  # <- decorator-expression
class A:
    pass
---
class A:
    @property
    def x(self):
        return 1

    @x.setter
    def x(self, value):
        pass

    @a.b.c(1, *d, **e)
    @staticmethod
    def f():
        pass
---
a = [1]
b = [*a, 2]  # <- unpacking-in-display
c = *a, 2  # <- unpacking-in-display
d = {*a}  # <- unpacking-in-display
e = {**b, "c": 1}  # <- unpacking-in-display
print((*a, 1))  # <- unpacking-in-display
for x in *a, 1:  # <- unpacking-in-display
    pass
def f():
    return *a, 1  # <- unpacking-in-display
---
a, *b = [1, 2]
[a, *b] = b
for a, *b in [b]:
    print(*a, *b, **{}, **{})
class A(*b):
    pass
---
async def f(xs):
    a = [x async for x in xs]  # <- async-comprehension
    b = [await x for x in xs]  # <- async-comprehension
    return a, b, [x for x in await xs]
---
async def f():
    yield 1  # <- async-generator
async def g():
    async for x in f():
        await x
def h():
    yield 2
---
a = 1if b else 2  # <- number-before-keyword
c = [0x1for d in e]  # <- number-before-keyword
f = 1 if b else 0xf or 1_000
---
a = "\N{BULLET}"  # <- unicode-name-escape
b = f"{a}\N{BULLET}"  # <- unicode-name-escape
c = "\\N{BULLET}", r"\N{BULLET}", b"\N{BULLET}", "\u2022", "N{}"
d = "\\\N{BULLET}"  # <- unicode-name-escape
---
x: int = 1
y: list[int] = []
class A:
    z: int
    def f(self, a: "int | None" = None, *b: int, **c: int) -> str:
        self.w: int = 1
        nonlocal_ = a if a else b
        return nonlocal_
def f():
    x = 1
    def g():
        nonlocal x
        x += 1
        yield from []
    try:
        raise ValueError("x") from None
    except (ValueError, KeyError) as error:
        assert error, "never"
    else:
        pass
    finally:
        print(x, file=None)
    return g, x @ y, lambda *a, k=1: (yield)
"""


@pytest.mark.parametrize("sample", split(SAMPLES))
def test_syntax_that_micropython_refuses_is_found_and_no_other(sample: str, tmp_path: Path) -> None:
    assert found(sample, tmp_path) == expected(sample)


@pytest.mark.parametrize("source", ["type X = int", "def f[T](x):\n    pass", "class A[T]:\n    pass"])
def test_type_parameters_are_found_whichever_python_parses_them(source: str, tmp_path: Path) -> None:
    code = "type-parameters" if sys.version_info >= (3, 12) else "syntax-error"
    assert found(source, tmp_path) == [(1, code)]
