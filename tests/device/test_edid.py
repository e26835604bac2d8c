"""EDID: built and read back; checked against one that edid-decode found conformant and against CVT's own figures."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dl7450._device.edid import BLOCK_SIZE, Edid, build, parse

# What a monitor of this kind presents, found conformant by edid-decode --check.
UHD_MONITOR = Edid(name="DELL U2720Q", width=3840, height=2160, serial_number=77)
UHD_BLOCK = bytes.fromhex(
    "00ffffffffffff004d2d00004d000000 00220104a565397806ee91a3544c9926"
    "0f505400000001010101010101010101 0101010101014dd000a0f0703e803020"
    "3500f83c3200001a000000fc0044454c 4c205532373230510a20000000100000"
    "00000000000000000000000000000010 0000000000000000000000000000003b"
)

names = st.text(string.ascii_letters + string.digits + string.punctuation + " ", max_size=13).map(str.strip)
edids = st.builds(
    Edid,
    name=names,
    width=st.integers(64, 4095),
    height=st.integers(64, 2160),
    serial_number=st.integers(0, 2**32 - 1),
    manufacturer=st.text(string.ascii_uppercase, min_size=3, max_size=3),
)


def with_checksum(block: bytes) -> bytes:
    return block[:-1] + bytes([-sum(block[:-1]) % 256])


def test_a_monitor_presents_these_bytes() -> None:
    assert build(UHD_MONITOR) == UHD_BLOCK


@given(edids)
def test_every_monitor_that_can_be_built_is_read_back(edid: Edid) -> None:
    block = build(edid)
    assert len(block) == BLOCK_SIZE
    assert parse(block) == edid


@given(edids, st.integers(0, BLOCK_SIZE - 1), st.integers(1, 255))
def test_one_changed_byte_is_noticed(edid: Edid, position: int, change: int) -> None:
    block = bytearray(build(edid))
    block[position] ^= change
    with pytest.raises(ValueError, match=r"EDID|checksum"):
        parse(block)


@given(st.binary(max_size=2 * BLOCK_SIZE))
def test_arbitrary_bytes_are_no_edid_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(ValueError, match="EDID"):
        parse(data)


@pytest.mark.parametrize(
    ("width", "height", "clock_mhz", "h_total", "v_total"),
    [
        (1920, 1080, 138.50, 2080, 1111),
        (1920, 1200, 154.00, 2080, 1235),
        (2560, 1440, 241.50, 2720, 1481),
        (1280, 1024, 91.00, 1440, 1054),
        (1024, 768, 56.00, 1184, 790),
    ],
)
def test_the_preferred_timing_is_the_one_that_cvt_publishes(
    width: int, height: int, clock_mhz: float, h_total: int, v_total: int
) -> None:
    timing = build(Edid(name="", width=width, height=height))[54:72]
    assert (
        int.from_bytes(timing[:2], "little") / 100,
        width + (timing[3] | (timing[4] & 0x0F) << 8),
        height + (timing[6] | (timing[7] & 0x0F) << 8),
    ) == (clock_mhz, h_total, v_total)


def test_extension_blocks_are_left_alone() -> None:
    block = bytearray(UHD_BLOCK)
    block[126] = 1
    assert parse(with_checksum(bytes(block)) + b"\x02" * BLOCK_SIZE) == UHD_MONITOR


def test_a_name_outside_ascii_does_not_make_the_monitor_invalid() -> None:
    block = with_checksum(UHD_BLOCK.replace(b"DELL", b"D\x82LL"))
    assert parse(block).name == "DéLL U2720Q"


TIMING, NAME, DUMMY = UHD_BLOCK[54:72], UHD_BLOCK[72:90], UHD_BLOCK[90:108]
OTHER_TIMING = build(Edid(name="", width=1280, height=1024))[54:72]
PADDING, NO_PIXELS = b"\x01" * 18, b"\x10\x10" + bytes(16)


def with_descriptors(*descriptors: bytes) -> bytes:
    return with_checksum(UHD_BLOCK[:54] + b"".join(descriptors).ljust(72, b"\0") + UHD_BLOCK[126:])


def named(characters: bytes) -> bytes:
    return NAME[:5] + characters.ljust(13)


@pytest.mark.parametrize(
    ("descriptors", "mode"),
    [
        ([NAME, TIMING, OTHER_TIMING], (3840, 2160)),
        ([DUMMY, OTHER_TIMING, NAME, TIMING], (1280, 1024)),
        ([bytes(18), bytes(18), NAME, TIMING], (3840, 2160)),
        ([PADDING, NO_PIXELS, TIMING, NAME], (3840, 2160)),
    ],
)
def test_the_preferred_timing_is_the_first_wherever_it_stands(descriptors: list[bytes], mode: tuple[int, int]) -> None:
    edid = parse(with_descriptors(*descriptors))
    assert (edid.name, edid.width, edid.height) == ("DELL U2720Q", *mode)


def test_an_interlaced_timing_has_the_height_of_both_fields() -> None:
    interlaced = with_descriptors(
        OTHER_TIMING[:5] + bytes([540 & 0xFF, 0, 540 >> 8 << 4]) + OTHER_TIMING[8:17] + b"\x9a"
    )
    assert (parse(interlaced).width, parse(interlaced).height) == (1280, 1080)


@pytest.mark.parametrize(
    "characters",
    [
        b"HP 22w\n",
        b"HP 22w".ljust(13, b"\0"),
        b"HP 22w\r\n",
        b"HP 22w\0junk\n",
        b"HP 22w \n",
        b"HP 22w",
        b" HP 22w\x7f",
    ],
)
def test_a_name_ends_at_its_line_feed_or_at_what_stands_for_it(characters: bytes) -> None:
    assert parse(with_descriptors(TIMING, named(characters))).name == "HP 22w"


def test_the_name_is_known_by_its_tag_alone() -> None:
    assert parse(with_descriptors(TIMING, b"\0\0\1" + NAME[3:])).name == "DELL U2720Q"


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (b"", "an EDID has 128 bytes, not 0"),
        (UHD_BLOCK[:-1], "an EDID has 128 bytes, not 127"),
        (bytes(BLOCK_SIZE), "an EDID starts with 00 ff ff ff ff ff ff 00"),
        (UHD_BLOCK[:-1] + b"\x3c", "the checksum is wrong: the bytes add up to 1 modulo 256, not 0"),
        (with_checksum(UHD_BLOCK[:18] + b"\2" + UHD_BLOCK[19:]), "EDID version 2.4 is unknown: only 1.x is"),
        (
            with_checksum(UHD_BLOCK[:54] + bytes(18) + UHD_BLOCK[72:]),
            "this EDID has no preferred timing: none of its four descriptors is a timing",
        ),
    ],
)
def test_an_invalid_edid_is_told_by_its_reason(block: bytes, reason: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole message is compared below
        parse(block)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("edid", "reason"),
    [
        (
            Edid(name="LG UltraWide 34WN80C", width=3440, height=1440),
            "the monitor name 'LG UltraWide 34WN80C' does not fit an EDID: "
            "use at most 13 printable ASCII characters, no space first or last",
        ),
        (
            Edid(name="Büro", width=800, height=600),
            "the monitor name 'Büro' does not fit an EDID: "
            "use at most 13 printable ASCII characters, no space first or last",
        ),
        (
            Edid(name="", width=5120, height=1440),
            "the mode 5120x1440 does not fit an EDID: use 64 to 4095 pixels for width and height",
        ),
        (
            Edid(name="", width=4000, height=3000),
            "the mode 4000x3000 needs a pixel clock above the 655.35 MHz of an EDID: use a smaller mode",
        ),
        (
            Edid(name="", width=800, height=600, serial_number=2**32),
            "the serial number 4294967296 does not fit 32 bits: use 0 to 4294967295",
        ),
        (
            Edid(name="", width=800, height=600, manufacturer="Dell"),
            "the manufacturer 'Dell' is not a PNP id: use three letters from A to Z",
        ),
    ],
)
def test_what_an_edid_cannot_hold_is_refused_with_what_to_use(edid: Edid, reason: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole message is compared below
        build(edid)
    assert str(caught.value) == reason
