"""Built-in names, functions and types that MicroPython does not have, or that do less there, or otherwise."""

import builtins
from pathlib import Path

import pytest

from dl7450._check._built_in import MISSING_BUILTINS
from tests.check._samples import expected, found, split

SAMPLES = r"""
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
    x.is_integer()  # <- missing-method
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
    "abc".startswith(("a", "b"))  # <- string-arguments
    str(name).endswith(("a", "b"))  # <- string-arguments
    "a b".rsplit(" ", 1)
    return text.endswith("c", 1), "a b".split(None, 1)
---
def f(read):
    for line in iter(read, b""):  # <- iter-sentinel
        print(line)
    return iter([1])
---
def iter(a, b):
    return a
iter(1, 2)
---
b = bytearray(b"abc")
del b[0]  # <- bytearray-deletion
del b[1:2]  # <- bytearray-deletion
b[0:1] = b""
x = [1, 2]
del x[0], x
---
import http
body = http.get("http://dock").body()
del body[:4]  # <- bytearray-deletion
---
a = 1.5.is_integer()  # <- number-attribute, unknown-attribute
a = 0x1f.real  # <- number-attribute, unknown-attribute
a = (1.5).is_integer()  # <- unknown-attribute
b = 1.5 + 2
b.hex()  # <- unknown-attribute
a = "1.5".strip(), 1.5, [1.5][0], b"".hex()
---
def f(body, handler, name):
    body.decode("utf-8", "replace")  # <- decode-errors
    str(body, "utf-8", "ignore")  # <- decode-errors
    body.decode("utf-8", handler)  # <- decode-errors
    body.decode("utf-8", "strict"), body.decode(), body.decode("utf8"), str(body, "utf-8"), str(body)
    body.decode("latin-1"), body.encode("utf-16")  # <- text-encoding, text-encoding
    "x".encode("UTF-8"), "x".encode("utf-8", "replace"), "x".encode("ascii")  # <- text-encoding
    body.decode("no-such")  # <- text-encoding
    str(body, "latin-1"), bytes(name, "utf-16")  # <- text-encoding, text-encoding
    bytes(name, "utf-8"), bytearray(name, "ascii"), str(body, "utf-8", "strict")
    body.decode(name)
class Codec:
    def decode(self, text, base):
        return text
def g():
    return Codec().decode("latin-1", "x")
---
a = "é".upper()  # <- ascii-only-method
a = "Größe".isalpha()  # <- ascii-only-method
a = "ÄRGER".lower()  # <- ascii-only-method
a = "É".isupper(), "\u2003".isspace(), "٣".isdigit()  # <- ascii-only-method, ascii-only-method, ascii-only-method
b = "→ x".upper(), "°".isalpha(), "x".upper(), "é".strip(), "é".lower(), "5°".isdigit(), "ok é".islower()
---
d = {"a": 1, "b": 2}
first = next(iter(d))  # <- dict-order
first = next(iter(d.values()))  # <- dict-order
first = list(d)[0]  # <- dict-order
first = tuple(d.items())[0]  # <- dict-order
text = ", ".join(d)  # <- dict-order
text = ", ".join(d.keys())  # <- dict-order
for number, key in enumerate(d):  # <- dict-order
    print(number, key)
for key, value in d.items():
    print(key, value)
pairs = list(zip(d, [1, 2]))  # <- dict-order
d.popitem()  # <- dict-order
pairs = list(zip(d.keys(), d.values()))
a = next(iter({"a": 1})), list(sorted(d))[0], ", ".join(sorted(d)), next(iter([1])), list(d), d["a"], len(d)
---
import http
response = http.get("http://dock")
print(", ".join(response.headers()))  # <- dict-order
---
d = {"a": 1}
e = d.keys() & {"a"}  # <- dict-view-as-set
e = {"a"} - d.keys()  # <- dict-view-as-set
e = set(d.keys()) & {"a"}
e = "a" in d.keys()
def f(x):
    return x.keys() & {"a"}
"""


@pytest.mark.parametrize("sample", split(SAMPLES))
def test_what_built_in_types_do_otherwise_is_found_and_nothing_else(sample: str, tmp_path: Path) -> None:
    assert found(sample, tmp_path) == expected(sample)


def test_missing_builtins_are_builtins_of_cpython() -> None:
    # Not all of them exist on every release of CPython that runs this.
    assert sorted(MISSING_BUILTINS - set(dir(builtins)) - {"copyright", "credits", "license"}) == []
