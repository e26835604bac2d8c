"""The dock's binascii, hashlib, hmac, io and json, beside those of a real MicroPython."""

import hashlib as cpython_hashlib
import hmac as cpython_hmac
import json as cpython_json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dl7450
from dl7450 import binascii, hashlib, hmac, io, json
from tests import _micropython

# Every line is an expression.
EXPRESSIONS = (Path(__file__).parent / "standard_library.txt").read_text("utf-8").splitlines()

# What a JSON text may be made of, and what may go wrong in one.
JSON_PARTS = r"""
[ ] { } [ ] { } , : , : " 1 -2.5 1e3 "a" "b" null true false NaN Infinity - + 01 1_0 .5 5. 'a' \ "a\"b" "\u00e9"
"\ud83d\ude00" "\u12" "\q" [1,2,] {"a":1,} {"a"} {"a":{"b"}} é "é" nul tru 1.5.2 -- e 1e 1e400
123456789012345678901234567890 x ] }
""".split()  # noqa: SIM905  a page of words, not a list of literals
BASE64_PARTS = ["YWJj", "YQ==", "YWI=", "=", "==", "Y", "Q", "!", "\n", " ", "-_", "+/"]


def programs() -> list[str]:
    """The expressions above, and random texts to read."""
    choose = random.Random(7450)
    parts = [*JSON_PARTS, " ", "\n", "\x0b", "\x01", "\0"]
    texts = ["".join(choose.choices(parts, k=choose.randint(0, 9))) for _ in range(3000)]
    base64 = ["".join(choose.choices(BASE64_PARTS, k=choose.randint(0, 6))) for _ in range(300)]
    return [
        *EXPRESSIONS,
        *(f"as_written(json.loads({text!a}))" for text in texts),
        *(f"binascii.a2b_base64({text!a})" for text in base64),
    ]


# The order of a dict differs: it is not that of json's text in MicroPython.
AS_WRITTEN = """
def as_written(value):
    if isinstance(value, dict):
        return sorted([(str(key), as_written(item)) for key, item in value.items()], key=lambda pair: pair[0])
    return [as_written(item) for item in value] if isinstance(value, list) else value
"""


@_micropython.needs_micropython
def test_the_modules_do_as_micropython_s(tmp_path: Path) -> None:
    expressions = programs()
    names: dict[str, Any] = {"binascii": binascii, "hashlib": hashlib, "io": io, "json": json}
    exec(AS_WRITTEN, names)
    real = _micropython.evaluate(expressions, f"import binascii, hashlib, io, json\n{AS_WRITTEN}", tmp_path)
    wrong = [
        (expression, here, there)
        for expression, there in zip(expressions, real, strict=True)
        if (here := _micropython.outcome(expression, names)) != there
    ]
    assert wrong == []


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_json_is_json(value: object) -> None:
    assert json.loads(json.dumps(value)) == value
    assert cpython_json.loads(json.dumps(value), strict=False) == value
    assert json.loads(cpython_json.dumps(value, ensure_ascii=False)) == value


def test_what_is_not_json_is_not_quoted() -> None:
    with pytest.raises(ValueError, match=r"^not JSON, from byte 17 of 17 on$"):
        json.loads('{"token": "x3Kd9"')


@given(st.binary(max_size=200), st.binary(max_size=200), st.sampled_from(["md5", "sha1", "sha256"]))
def test_hmac_is_rfc_2104_s(key: bytes, message: bytes, name: str) -> None:
    mac = hmac.new(key, message[:10], getattr(hashlib, name))
    mac.update(message[10:])
    assert mac.digest() == cpython_hmac.digest(key, message, name)


def test_hmac_takes_text_and_is_final_as_its_hash_is() -> None:
    expected = cpython_hmac.new(b"key", "é".encode(), "sha256").hexdigest()
    mac = hmac.new("key", "é", hashlib.sha256)
    assert (mac.block_size, mac.hexdigest()) == (64, expected)
    for again in (mac.digest, mac.hexdigest, lambda: mac.update("a")):
        with pytest.raises(ValueError, match="final"):
            again()
    assert hmac.HMAC("key").digest() == cpython_hmac.digest(b"key", b"", "md5")
    with pytest.raises(TypeError, match=r"such as hashlib\.sha256"):
        hmac.new(b"key", digestmod="sha256")
    with pytest.raises(TypeError, match="not int"):
        hmac.new(5, digestmod=hashlib.md5)


def test_hmac_can_do_more_with_a_hash_that_can() -> None:
    mac = hmac.new(b"key", b"a", cpython_hashlib.sha256)
    copy = mac.copy()
    copy.update(b"b")
    assert (mac.digest_size, mac.digest(), mac.digest()) == (32, *[cpython_hmac.digest(b"key", b"a", "sha256")] * 2)
    assert copy.digest() == cpython_hmac.digest(b"key", b"ab", "sha256")
    mac = hmac.new(b"key", b"a", hashlib.sha256)
    assert not hasattr(mac, "digest_size")
    with pytest.raises(NotImplementedError, match="cannot be copied"):
        mac.copy()


@_micropython.needs_micropython
def test_micropython_runs_the_same_hmac(tmp_path: Path) -> None:
    package = Path(dl7450.__file__).parent
    copy = tmp_path / "dl7450"
    copy.mkdir()
    (copy / "__init__.py").touch()
    for name in ("binascii", "hashlib"):
        (copy / f"{name}.py").write_text(f"from {name} import *\n")
    for name in ("hmac", "_buffers"):
        shutil.copy(package / f"{name}.py", copy)
    expressions = [f"hmac.new('k' * {n}, 'é', hashlib.sha256).hexdigest()" for n in (0, 3, 64, 65)]
    real = _micropython.evaluate(expressions, "from dl7450 import hashlib, hmac", tmp_path)
    assert real == [_micropython.outcome(line, {"hashlib": hashlib, "hmac": hmac}) for line in expressions]


def test_a_file_opens_as_in_python(tmp_path: Path) -> None:
    with io.open(str(tmp_path / "x"), "w") as file:
        json.dump({"a": 1}, file)
    with io.open(str(tmp_path / "x")) as file:
        assert json.load(file) == {"a": 1}
