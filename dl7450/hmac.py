"""Keyed hashes, RFC 2104 (dock SDK, `hmac`: the API of micropython-lib's, not CPython's).

Wherever bytes are expected a str is taken, too. MicroPython has no `hmac` of its own: this file runs there, too.
"""

from . import binascii as _binascii
from . import hashlib as _hashlib
from ._buffers import bytes_of as _bytes_of

__all__ = ["HMAC", "new"]


class HMAC:
    """A keyed hash.

    Parameters:
        key: the secret.
        msg: what is hashed first.
        digestmod: a constructor of `hashlib`, and not its name; by default `hashlib.md5`, as in micropython-lib.

    Raises:
        TypeError: the key or the message is neither a buffer nor a str, or `digestmod` cannot be called.
    """

    block_size = 64  # that of MD5, SHA-1 and SHA-256

    def __init__(self, key: object, msg: object = None, digestmod: object = None) -> None:
        make = _hashlib.md5 if digestmod is None else digestmod
        if not callable(make):
            raise TypeError("digestmod must be a constructor, such as hashlib.sha256")
        secret = _bytes_of(key)
        if len(secret) > self.block_size:
            secret = make(secret).digest()
        secret += bytes(self.block_size - len(secret))
        self._inner = make(bytes(byte ^ 0x36 for byte in secret))
        self._outer = make(bytes(byte ^ 0x5C for byte in secret))
        if msg is not None:
            self.update(msg)

    @property
    def digest_size(self) -> int:
        """The length of the digest, where the hash knows it: those of `hashlib` do not, an AttributeError."""
        size: int = self._inner.digest_size
        return size

    def update(self, msg: object) -> None:
        """Take more of the message: see `hashlib`'s hashes."""
        self._inner.update(_bytes_of(msg))

    def copy(self) -> "HMAC":
        """Another one that goes on from here, where the hash can be copied: those of `hashlib` cannot.

        Raises:
            NotImplementedError: it cannot.
        """
        if not hasattr(self._inner, "copy"):
            raise NotImplementedError("the hashes of hashlib cannot be copied: make a new HMAC of the same key")
        other = HMAC(b"")
        other._inner, other._outer = self._inner.copy(), self._outer.copy()
        return other

    def digest(self) -> bytes:
        """The hash of the message; final, as `digest()` of `hashlib`'s hashes is: ValueError if called again."""
        outer = self._outer.copy() if hasattr(self._outer, "copy") else self._outer
        outer.update(self._inner.digest())
        digest: bytes = outer.digest()
        return digest

    def hexdigest(self) -> str:
        """The same as hexadecimal digits; final, too."""
        return _binascii.hexlify(self.digest()).decode()


def new(key: object, msg: object = None, digestmod: object = None) -> HMAC:
    """Make an `HMAC`, which see."""
    return HMAC(key, msg, digestmod)
