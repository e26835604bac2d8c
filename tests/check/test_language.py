"""Classes, functions, exceptions and built-in names that work otherwise on MicroPython."""

import builtins
from pathlib import Path

import pytest

from dl7450._check._language import MISSING_BUILTINS
from tests.check._samples import expected, found, split

SAMPLES = r"""
Number = int | float  # <- type-expression
Names = list[str]  # <- type-expression
class Table(dict[str, int]):  # <- type-expression
    size: int | None = None
    def f(self, a: list[int], *b: "x", c: int | str = 1 | 2) -> tuple[int, ...]:
        self.names: list[str] = []
        return isinstance(a, int | None), isinstance(a, (int, str)), a | c, a[int]  # <- type-expression
---
class Meta(type):
    pass
class A(metaclass=Meta):  # <- class-keyword
    pass
---
class A:
    def __init__(self):
        pass
    def __del__(self):  # <- special-method
        pass
    def __init_subclass__(cls):  # <- special-method
        pass
    def __set_name__(self, owner, name):  # <- special-method
        pass
    def __repr__(self):
        return ""
def __del__():
    pass
---
class A:
    def __init__(self):
        self.__x = 1
    def __update(self):
        pass
class B(A):
    def __init__(self):
        super().__init__()
        self.__x = 2  # <- private-name
        self.__y = 3
    def __update(self):  # <- private-name
        pass
    def f(self):
        return self._A__x, self._A__z  # <- mangled-name
class C:
    def __init__(self):
        self.__x = 1
        self.__class__ = C
    def __update(self):
        return self.__x
---
class A:
    @property
    def p(self):
        return 1
    def m(self):
        return 1
class B(A):
    @property
    def p(self):
        return super().p + 1  # <- super-property
    def m(self):
        return super().m() + self.p
---
class Base:
    def start(self):
        pass
class A(Base):
    def start(self):
        super().start()
class B(Base):
    def start(self):
        super().start()
class C(A, B):  # <- super-with-two-bases
    def start(self):
        super().start()
class D(A, Base):
    pass
---
class A:
    def start(self):
        pass
class Mixin:
    def stop(self):
        super().stop()
class B(A, Mixin):
    pass
class C(Mixin, A):
    pass
---
def f():
    try:
        open("x")
    except FileNotFoundError:  # <- missing-builtin
        pass
    return vars(f), format(1, "x")  # <- missing-builtin, missing-builtin
---
def f():
    try:
        exit()
    except NameError:
        pass
    raise OSError
def g(format, vars):
    exit = 1
    return format(vars), exit
class TimeoutError(Exception):
    pass
raise TimeoutError
---
from helper import *  # <- unknown-module
format(1)
---
def f(text, x):
    text.ljust(5)  # <- missing-method
    text.strip().zfill(2)  # <- missing-method
    x.bit_length()  # <- missing-method
    x.add_note("y")  # <- missing-method
    text.upper().lower().center(3).partition(",")
    return text.title, x.capitalize
---
class Book:
    def title(self):
        return "x"
def f(book):
    return book.title()
def g(text):
    try:
        return text.isalnum()
    except AttributeError:
        return False
---
try:
    pass
except ValueError as error:
    print(error.__traceback__, error.args)  # <- exception-chain
    print(error.__cause__)  # <- exception-chain
---
def f():
    try:
        pass
    except (ValueError, OSError) as error:
        error.seen = True  # <- exception-attribute
        print(error.errno)
---
class Failure(Exception):
    def __init__(self, code):
        Exception.__init__(self)  # <- exception-init
        self.code = code
class Other(Exception):
    def __init__(self, code):
        super().__init__()
        self.code = code
try:
    pass
except Exception as error:
    error.seen = True
---
def f():
    pass
f.count = 0  # <- function-attribute
class A:
    def m(self):
        self.m.count = 1  # <- function-attribute
        self.count = 2
A.count = 3
g = f if A else A
g.count = 4
---
x = locals()
def f():
    return "{x}".format(**locals())  # <- locals-in-function
---
def f(items):
    return next(items, None)
def next(a, b):
    return a
---
def f(items):
    return next(items, None)  # <- next-default
def g(text, name):
    "abc".endswith("c", 1)  # <- string-arguments
    str(name).rsplit(None, 1)  # <- string-arguments
    "abc".startswith("b", 1)
    "a b".rsplit(" ", 1)
    return text.endswith("c", 1), "a b".split(None, 1)
"""


@pytest.mark.parametrize("sample", split(SAMPLES))
def test_what_micropython_does_otherwise_is_found_and_nothing_else(sample: str, tmp_path: Path) -> None:
    assert found(sample, tmp_path) == expected(sample)


def test_missing_builtins_are_builtins_of_cpython() -> None:
    # Not all of them exist on every release of CPython that runs this.
    assert sorted(MISSING_BUILTINS - set(dir(builtins)) - {"copyright", "credits", "license"}) == []
