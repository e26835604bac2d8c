"""Every form of PNG and BMP against the pixels that it was made of."""

import pytest
from PIL import Image

from dl7450._screen import bmp, png
from tests.screen import _bmp_forms, _png_forms

Pixel = tuple[int, int, int]


def largest_difference(image: Image.Image, pixels: list[Pixel]) -> int:
    shown = image.tobytes()
    return max(abs(level - shown[i]) for i, level in enumerate(level for pixel in pixels for level in pixel))


@pytest.mark.parametrize("form", _png_forms.FORMS, ids=str)
def test_a_png_shows_the_pixels_that_it_was_made_of(form: _png_forms.Form) -> None:
    data, pixels = _png_forms.make(form)
    image = png.decode(data)
    assert (image.mode, image.size) == ("RGB", (_png_forms.WIDTH, _png_forms.HEIGHT))
    assert largest_difference(image, pixels) <= 1  # of rounding, where alpha is in between


@pytest.mark.parametrize("form", _bmp_forms.FORMS, ids=str)
def test_a_bmp_shows_the_pixels_that_it_was_made_of(form: _bmp_forms.Form) -> None:
    data, pixels = _bmp_forms.make(form)
    image = bmp.decode(data)
    assert (image.mode, image.size) == ("RGB", (_bmp_forms.WIDTH, _bmp_forms.HEIGHT))
    assert largest_difference(image, pixels) <= 1
