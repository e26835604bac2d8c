"""What to write instead of what the dock does not have, by name. Only advice: the rules do without it."""

from __future__ import annotations

import builtins
from typing import Final

_HTTP: Final = "Use the dock's http module: http.get(url) gives a response with status_code(), headers() and body()."
_CALLBACKS: Final = "Use http.get_async and wakeup.wakeup, which call back: there is one thread, and no waiting in it."
_TICKS: Final = "Use time.ticks_ms() and time.ticks_diff()."
_ENDLESS: Final = "Return from the function: an app on the dock does not end."

MODULE: Final = {
    "__future__": "Remove the import: MicroPython looks at no annotation.",
    "typing": "Remove the import and the annotations that need it: MicroPython looks at no annotation.",
    "requests": _HTTP,
    "urllib": _HTTP,
    "asyncio": _CALLBACKS,
    "threading": _CALLBACKS,
    "sched": "Use wakeup.wakeup.",
    "base64": "Use binascii.b2a_base64 and binascii.a2b_base64.",
    "logging": "Use print(), or show the text on the screen.",
    "PIL": "Serve the picture in its final form: the dock shows PNG and BMP as they are.",
}

# Attributes and methods, whatever they are looked for on: none of these names means two things.
MEMBER: Final = {
    "add_note": "Put the text into the exception's message.",
    "capitalize": "Use text[0].upper() + text[1:].lower().",
    "casefold": "Use lower().",
    "ctime": "Use time.strftime().",
    "content": "Use body().",
    "format_map": "Use format(**mapping).",
    "hexdigest": "Use binascii.hexlify(hash.digest()).",
    "is_integer": "Write x == int(x).",
    "json": "Use json.loads(response.body()).",
    "JSONDecodeError": "Use ValueError.",
    "ljust": "Use a format: '{:<10}'.format(text).",
    "monotonic": _TICKS,
    "perf_counter": _TICKS,
    "removeprefix": "Use text[len(prefix):] if text.startswith(prefix).",
    "removesuffix": "Use text[:-len(suffix)] if text.endswith(suffix).",
    "rjust": "Use a format: '{:>10}'.format(text).",
    "strftime": "Use time.strftime().",
    "strptime": "Use time.strptime().",
    "text": "Use body().decode().",
    "title": "Use text[0].upper() + text[1:].lower() for each word.",
    "tm_hour": "Use an item: [0] to [7] are year, month, mday, hour, minute, second, weekday, yearday.",
    "timestamp": "Use time.time() for now, or time.mktime(value.timetuple()).",
    "tobytes": "Use bytes(view).",
    "tolist": "Use list(view).",
    "utcnow": "Use now(), which is UTC.",
    "with_traceback": "Remove it: the dock keeps no tracebacks.",
    "zfill": "Use a format: '{:03d}'.format(number).",
}
MEMBER.update(dict.fromkeys(["tm_year", "tm_mon", "tm_mday", "tm_min", "tm_sec", "tm_wday"], MEMBER["tm_hour"]))

# Parameters of the dock's functions, by name: none of these names means two things.
ARGUMENT: Final = {
    "alignment": "Use Alignment.LEFT, Alignment.MIDDLE or Alignment.RIGHT.",
    "attributes": "Write a dict, such as {'x': 960, 'y': 80}.",
    "background": "Pass the picture's bytes, as response.body() has them, or datastore.ImageStore().get_token(tag).",
    "callback": "Pass a function.",
    "cacert": "Pass the text of the PEM certificates.",
    "data": "Pass bytes: text.encode(), or json.dumps(value).encode().",
    "headers": "Write a dict of str to str.",
    "image_type": "Use image.PNG, image.BMP or image.NONE.",
    "on_complete": "Pass a function that takes the response.",
    "on_response": "Pass a function that takes the response.",
    "payload": "Pass bytes, such as bytes([0x01, 0x60]).",
    "pin_name": "Write its name, such as 'JOYSTICK_UP'.",
    "str": "Pass the text itself: json.loads(response.body()), for example.",
    "stream": "Use json.loads() for text and bytes.",
    "task": "Pass a function without parameters.",
    "text": "Convert it to str first: str(value), or value.decode() for bytes.",
    "time_tuple": "Pass what time.localtime() or time.gmtime() returns.",
    "timezone": "Write its name, such as 'CET'.",
    "url": "Pass the URL as a str.",
}

_BUILTIN: Final = {
    "ascii": "Use repr().",
    "exit": _ENDLESS,
    "format": "Use '{:...}'.format(value) or an f-string.",
    "quit": _ENDLESS,
    "vars": "Use object.__dict__.",
}


def of_builtin(name: str, missing: frozenset[str]) -> str:
    """What to write for a built-in name.

    Parameters:
        name: the built-in name.
        missing: all those that MicroPython does not have.
    """
    cls = getattr(builtins, name, None)
    if isinstance(cls, type) and issubclass(cls, BaseException):
        return next(f"Use {base.__name__}." for base in cls.__mro__ if base.__name__ not in missing)
    return _BUILTIN.get(name, "Remove it.")
