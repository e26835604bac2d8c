"""Pictures: bytes from an app become a checked `Background`, and a background fills the screen.

What is done to draw a picture is done before it is accepted: it is decoded and scaled to the screen, so that a broken
file is an error where the app can see it, and never a frame that fails or is half drawn. A carousel shows the same
dozen pictures all day: what has been drawn is recognised by comparing bytes, and kept. Every dock of the process has
its pictures here, and each has its own thread: what is kept is looked through in a copy and changed in one step. Two
threads that do so at once may forget one picture, which is then drawn again, from the same bytes by the same steps.
"""

from __future__ import annotations

import hashlib
from itertools import accumulate
from typing import NamedTuple

from PIL import Image

from .bounds import UnfitPictureError
from .constants import HEIGHT, WIDTH, ImageType
from .formats import FORMATS
from .state import Background

_SCREEN_BYTES = 3 * WIDTH * HEIGHT
KEPT_BYTES = 24 * _SCREEN_BYTES  # 150 MB of screens and files: two dozen small files; the newest is kept in any case


class _Drawn(NamedTuple):
    background: Background
    screen: Image.Image

    @property
    def size(self) -> int:
        return _SCREEN_BYTES + len(self.background.data)


_recent: list[_Drawn] = []


def read(data: bytes | bytearray, image_type: ImageType) -> Background:
    """Check a picture that an app wants to show, by drawing it.

    Parameters:
        data: a PNG, BMP or JPEG file.
        image_type: what the app says it is. NONE says nothing. JPEG has no constant of its own in the SDK, so it passes
            as PNG too, which is the default of `set_background`.

    Raises:
        ValueError: the bytes are not a picture, a broken one, one of another type than the app says, or one that takes
            too much memory or time (`bounds`); the message names the fix, and quotes nothing of the bytes.
    """
    # Bytes of another length differ at once, others mostly in their first kilobyte: this costs less than a
    # copy or a hash of them would.
    known = next((drawn for drawn in tuple(_recent) if drawn.background.data == data), None)
    background = _keep(known or _draw(bytes(data))).background
    _check_type(background.format, image_type)
    return background


def fill_screen(background: Background) -> Image.Image:
    """The picture as large as fits the screen, in the middle, on black; not to be changed by the caller.

    The SDK is silent about pictures of another shape than the screen's. Nothing is cut off and nothing is distorted
    here; transparent parts are black; a rotation noted in EXIF is not applied.
    """
    known = next((drawn for drawn in tuple(_recent) if drawn.background.digest == background.digest), None)
    return _keep(known or _draw(background.data)).screen


def _draw(data: bytes) -> _Drawn:
    name, image = _decode(data)
    return _Drawn(Background(hashlib.sha256(data).hexdigest(), name, image.size, data), _scale(image))


def _keep(drawn: _Drawn) -> _Drawn:
    """Make a picture the newest; the oldest ones make room for it."""
    recent = [*(kept for kept in tuple(_recent) if kept is not drawn), drawn]
    fitting = sum(total <= KEPT_BYTES for total in accumulate(kept.size for kept in reversed(recent)))
    _recent[:] = recent[-max(1, fitting) :]
    return drawn


def _scale(image: Image.Image) -> Image.Image:
    scale = min(WIDTH / image.width, HEIGHT / image.height)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    screen = Image.new("RGB", (WIDTH, HEIGHT))
    screen.paste(image, ((WIDTH - size[0]) // 2, (HEIGHT - size[1]) // 2))
    return screen


def _decode(data: bytes) -> tuple[str, Image.Image]:
    name = next((name for name, known in FORMATS.items() if data.startswith(known.magic)), None)
    if name is None:
        raise ValueError(
            f"no picture, but {len(data):,} bytes that start as {_look(data)} does: give the bytes of a PNG, BMP or "
            "JPEG file; what was downloaded may be an error page, as its status code would tell"
        )
    # `from None`: the reasons that decoders give may quote the file.
    try:
        return name, FORMATS[name].decode(data)
    except UnfitPictureError as error:
        raise ValueError(f"a {name} picture of {len(data):,} bytes {error}") from None
    except Exception:  # broken files make decoders raise whatever they trip over
        raise ValueError(f"a {name} picture of {len(data):,} bytes is broken: is the file complete?") from None


_LOOKS = {
    b"GIF8": "a GIF picture",
    b"RIFF": "a WebP picture",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip file",
    b"PK": "a ZIP file",
    b"<": "HTML or XML",
    b"{": "JSON",
    b"[": "JSON",
}


def _look(data: bytes) -> str:
    """What bytes look like that are not a picture, without quoting them: they may be secret."""
    if not data:
        return "an empty file"
    text = data[:64].lstrip()
    known = next((look for magic, look in _LOOKS.items() if text.startswith(magic)), None)
    return known or ("text" if text[:1].isascii() and text[:1].isalnum() else "some other kind of file")


def _check_type(actual: str, image_type: ImageType) -> None:
    if image_type in (ImageType.NONE, FORMATS[actual].image_type):
        return
    if actual == "JPEG" and image_type is ImageType.PNG:
        return
    fix = "leave image_type out" if actual == "JPEG" else f"pass image_type=image.{actual}"
    raise ValueError(f"these bytes are a {actual} picture, not {image_type.name}: {fix}")
