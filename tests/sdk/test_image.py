"""The SDK's `image` module: its constants and its opaque token."""

import pytest

from dl7450 import image


def test_the_constants_are_three_different_ones() -> None:
    assert len({image.NONE, image.PNG, image.BMP}) == 3


def test_a_token_comes_from_the_store_only_and_tells_nothing() -> None:
    with pytest.raises(TypeError, match=r"call datastore\.ImageStore\(\)\.get_token\(tag\)"):
        image.ImageToken()
    token = image.ImageToken._make(b"bytes", image.PNG)
    assert "bytes" not in repr(token)
