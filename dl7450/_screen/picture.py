"""Pictures: bytes from an app become a checked `Background`, and a background fills the screen.

A picture is decoded in full before it is accepted, so that a truncated download is an error where the app can see it
and never a half-drawn frame. A carousel shows the same dozen pictures all day: what has been checked is recognised by
comparing bytes, and what has been scaled is kept. Every dock of the process has its pictures here, and each has its own
thread: what is kept is looked through in a copy and changed in one step.
"""

from __future__ import annotations

import hashlib
import io
from itertools import accumulate

from PIL import BmpImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin

from .constants import HEIGHT, WIDTH, ImageType
from .state import Background

MAX_PIXELS = 7680 * 4320  # 8K, sixteen times the screen. More is a mistake, or meant to fill the memory

# The decoders are called directly, not through Image.open: that one tries every format Pillow knows, and
# warns of large pictures by a limit that belongs to the whole process.
_DECODERS: dict[bytes, type[ImageFile.ImageFile]] = {
    b"\x89PNG\r\n\x1a\n": PngImagePlugin.PngImageFile,
    b"BM": BmpImagePlugin.BmpImageFile,
    b"\xff\xd8\xff": JpegImagePlugin.JpegImageFile,
}

KEPT_BYTES = 64_000_000  # of files; the newest one is kept whatever its size
_KEPT, _KEPT_SCALED = 32, 8  # pictures; a scaled one takes 6 MB

_recent: list[Background] = []
_scaled: list[tuple[str, Image.Image]] = []  # with the digest: what was made of a file does not hold its bytes


def read(data: bytes | bytearray, image_type: ImageType) -> Background:
    """Check a picture that an app wants to show.

    Parameters:
        data: a PNG, BMP or JPEG file.
        image_type: what the app says it is. NONE says nothing. JPEG has no constant of its own in the SDK, so it passes
            as PNG too, which is the default of `set_background`.

    Raises:
        ValueError: the bytes are no picture, a broken one, one of another type than the app says, or one of more than
            33 million pixels; the message names the fix.
    """
    background = _known(data) or _remember(bytes(data))
    _check_type(background.format, image_type)
    return background


def _known(data: bytes | bytearray) -> Background | None:
    # Bytes of another length differ at once, others mostly in their first kilobyte: this costs less than a
    # copy or a hash of them would.
    return next((known for known in tuple(_recent) if known.data == data), None)


def _remember(data: bytes) -> Background:
    image = _decode(data)
    background = Background(hashlib.sha256(data).hexdigest(), image.format or "", image.size, data)
    recent = [*_recent, background][-_KEPT:]
    fitting = sum(total <= KEPT_BYTES for total in accumulate(len(known.data) for known in reversed(recent)))
    _recent[:] = recent[-max(1, fitting) :]
    return background


def fill_screen(background: Background) -> Image.Image:
    """The picture as large as fits the screen, in the middle, on black; not to be changed by the caller.

    The SDK is silent about pictures of another shape than the screen's. Nothing is cut off and nothing is distorted
    here; transparent parts are black; a rotation noted in EXIF is not applied.
    """
    screen = next((screen for digest, screen in tuple(_scaled) if digest == background.digest), None)
    if screen is None:
        screen = _scale(background)
        _scaled[:] = [*_scaled, (background.digest, screen)][-_KEPT_SCALED:]
    return screen


def _scale(background: Background) -> Image.Image:
    image = _on_black(_decode(background.data))
    scale = min(WIDTH / image.width, HEIGHT / image.height)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    screen = Image.new("RGB", (WIDTH, HEIGHT))
    screen.paste(image, ((WIDTH - size[0]) // 2, (HEIGHT - size[1]) // 2))
    return screen


def _decode(data: bytes) -> ImageFile.ImageFile:
    decoder = next((decoder for magic, decoder in _DECODERS.items() if data.startswith(magic)), None)
    if decoder is None:
        raise ValueError(
            f"no picture, but {len(data)} bytes that start with {data[:16]!r}: give the bytes of a PNG, BMP or JPEG "
            "file; what was downloaded may be an error page, as its status code would tell"
        )
    try:
        image = decoder(io.BytesIO(data))
        pixels = image.width * image.height
        if pixels <= MAX_PIXELS:
            image.load()
    except Exception as error:  # broken files make decoders raise whatever they trip over
        raise ValueError(f"a broken picture of {len(data)} bytes ({error}): is the file complete?") from error
    if pixels > MAX_PIXELS:
        raise ValueError(
            f"a picture of {image.width} x {image.height} pixels is larger than {MAX_PIXELS:,}: "
            f"scale it down, the screen has {WIDTH} x {HEIGHT}"
        )
    return image


def _check_type(actual: str, image_type: ImageType) -> None:
    if image_type is ImageType.NONE or actual == image_type.name:
        return
    if actual == "JPEG" and image_type is ImageType.PNG:
        return
    fix = "leave image_type out" if actual == "JPEG" else f"pass image_type=image.{actual}"
    raise ValueError(f"these bytes are a {actual} picture, not {image_type.name}: {fix}")


def _on_black(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")  # convert() alone would clip, not scale
    if image.has_transparency_data:
        opaque = Image.new("RGBA", image.size, (0, 0, 0, 255))
        opaque.alpha_composite(image.convert("RGBA"))
        image = opaque
    return image.convert("RGB")
