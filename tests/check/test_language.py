"""Classes, functions and exceptions that work otherwise on MicroPython."""

from pathlib import Path

import pytest

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
class A:
    __slots__ = ("x",)  # <- slots
    def __format__(self, spec):  # <- special-method
        return ""
    def __index__(self):  # <- special-method
        return 1
    def __class_getitem__(cls, item):  # <- special-method
        return cls
    def __round__(self, digits=None):  # <- special-method
        return 1
    def __missing__(self, key):  # <- special-method
        return key
    def __bytes__(self):  # <- special-method
        return b""
    def __getattribute__(self, name):  # <- special-method
        return name
    def __getattr__(self, name):
        return name
    def __len__(self):
        return 1
__slots__ = 1
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
def f(a: int = 1):
    return a
print(f.__doc__, f.__annotations__)  # <- function-detail, function-detail
print(f.__name__, print.__doc__)
class A:
    def m(self):
        return self.m.__qualname__  # <- function-detail
print(A.__doc__, A.__qualname__, A().m.__name__)
try:
    print(f.__defaults__)
except AttributeError:
    pass
"""


@pytest.mark.parametrize("sample", split(SAMPLES))
def test_what_micropython_does_otherwise_is_found_and_nothing_else(sample: str, tmp_path: Path) -> None:
    assert found(sample, tmp_path) == expected(sample)
