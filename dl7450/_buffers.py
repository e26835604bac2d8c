"""What the dock's `binascii`, `hashlib`, `hmac`, `io` and `json` take for bytes: as MicroPython, a str, too.

Imports of dl7450: nothing.
"""


def bytes_of(data: object) -> bytes:
    """The bytes of whatever has a buffer; of a str its UTF-8.

    Raises:
        TypeError: it has none.
    """
    if isinstance(data, str):
        return data.encode("utf-8", "surrogatepass")  # MicroPython does not look for halves of surrogate pairs
    try:
        return bytes(memoryview(data))  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"bytes, another buffer or a str is needed, not {type(data).__name__}") from None
