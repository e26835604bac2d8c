"""Bytes as text and back (dock SDK, `binascii`: MicroPython's, not CPython's).

Wherever bytes are expected a str is taken, too.
"""

import binascii as _binascii

from ._buffers import bytes_of as _bytes_of

__all__ = ["a2b_base64", "b2a_base64", "crc32", "hexlify", "unhexlify"]

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def hexlify(data: object, sep: str | bytes = b"", /) -> bytes:
    """The bytes as hexadecimal digits.

    Parameters:
        data: a buffer or a str.
        sep: what stands between two bytes, a single character: of more the first one counts.

    Raises:
        TypeError: `data` is neither a buffer nor a str, or `sep` neither bytes nor a str.
    """
    if not isinstance(sep, str | bytes):
        raise TypeError(f"the separator must be a str or bytes, not {type(sep).__name__}")
    return _bytes_of(sep)[:1].join(b"%02x" % byte for byte in _bytes_of(data))


def unhexlify(data: object, /) -> bytes:
    """The bytes that hexadecimal digits stand for; there may be blanks between two bytes.

    Raises:
        TypeError: `data` is neither a buffer nor a str.
        ValueError: another character, or half a byte.
    """
    try:
        return bytes.fromhex(_bytes_of(data).decode("ascii"))
    except ValueError:
        raise ValueError("a non-hex digit, or an odd number of digits") from None


def a2b_base64(data: object, /) -> bytes:
    """The bytes that Base64 stands for, RFC 4648; what is not of its alphabet is passed over.

    Raises:
        TypeError: `data` is neither a buffer nor a str.
        ValueError: the padding is incorrect.
    """
    result, value, bits, padded = bytearray(), 0, 0, False
    for byte in _bytes_of(data):
        if byte == ord("="):
            if bits == 2 or (bits == 4 and padded):
                return bytes(result)  # MicroPython ends here, whatever follows
            padded = True
        elif (sextet := _ALPHABET.find(byte)) >= 0:
            padded = False
            value, bits = value << 6 | sextet, bits + 6
            if bits >= 8:
                bits -= 8
                result.append(value >> bits)
                value &= (1 << bits) - 1
    if bits:
        raise ValueError("incorrect padding")
    return bytes(result)


def b2a_base64(data: object, /, *, newline: bool = True) -> bytes:
    """The bytes as Base64, RFC 4648.

    Parameters:
        data: a buffer or a str.
        newline: whether a line feed ends it.

    Raises:
        TypeError: `data` is neither a buffer nor a str.
    """
    return _binascii.b2a_base64(_bytes_of(data), newline=bool(newline))


def crc32(data: object, value: int = 0, /) -> int:
    """The CRC-32 of the bytes, going on from that of those before.

    Raises:
        TypeError: `data` is neither a buffer nor a str, or `value` is not an int.
    """
    return _binascii.crc32(_bytes_of(data), value)
