"""Hashes (dock SDK, `hashlib`: MicroPython's, not CPython's).

Wherever bytes are expected a str is taken, too. There is no `hexdigest`: use `binascii.hexlify(hash.digest())`.
"""

import hashlib as _hashlib
from typing import Any as _Any

from ._buffers import bytes_of as _bytes_of

__all__ = ["md5", "sha1", "sha256"]


class _Hash:
    _hash: _Any  # CPython's, or None when the hash is final

    def update(self, data: object, /) -> None:
        """Take more bytes.

        Raises:
            TypeError: `data` is neither a buffer nor a str.
            ValueError: `digest()` was called already.
        """
        self._not_final().update(_bytes_of(data))

    def digest(self) -> bytes:
        """The hash of all bytes; final, as MicroPython's hash computes it in place.

        Raises:
            ValueError: it was called already.
        """
        digest: bytes = self._not_final().digest()
        self._hash = None
        return digest

    def _not_final(self) -> _Any:
        if self._hash is None:
            raise ValueError("the hash is final: after digest() make a new one")
        return self._hash


class md5(_Hash):  # noqa: N801  the dock's name, as those of the other classes
    """An MD5 hash of `data`, and of what `update()` is given."""

    def __init__(self, data: object = b"", /) -> None:
        self._hash = _hashlib.md5(_bytes_of(data), usedforsecurity=False)


class sha1(_Hash):  # noqa: N801
    """A SHA-1 hash of `data`, and of what `update()` is given."""

    def __init__(self, data: object = b"", /) -> None:
        self._hash = _hashlib.sha1(_bytes_of(data), usedforsecurity=False)


class sha256(_Hash):  # noqa: N801
    """A SHA-256 hash of `data`, and of what `update()` is given."""

    def __init__(self, data: object = b"", /) -> None:
        self._hash = _hashlib.sha256(_bytes_of(data))
