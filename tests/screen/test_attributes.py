"""What Pango 1.50 takes and refuses as the value of each attribute: its own answers, attribute by attribute."""

from xml.sax.saxutils import quoteattr

import pytest

from dl7450._screen.colours import colour
from dl7450._screen.markup import parse

BOOLEANS = (["true", "yes", "t", "y", "false", "no", "f", "n"], ["True", "1", "on", ""])
COLOURS = (["red3", "#fff", "#fffffffff"], ["reddish", "", "gray50 "])
OPAQUE_COLOURS = (COLOURS[0], [*COLOURS[1], "#ffff", "#ffffffff", "#ffffffffffffffff"])
COLOURS_WITH_OPACITY = ([*COLOURS[0], "#ffff", "#ffffffff", "#ffffffffffffffff"], COLOURS[1])
OPACITIES = (["1", "65535", " 7", "+5", "1%", "100%"], ["0", "65536", "0%", "101%", "200%", "50.5%", "-5%", ""])

TAKEN_AND_REFUSED = {
    "allow_breaks": BOOLEANS,
    "alpha": OPACITIES,
    "background": COLOURS_WITH_OPACITY,
    "background_alpha": OPACITIES,
    "baseline_shift": (
        ["none", "superscript", "0", "5", "-1025", "5.5pt", "-5pt"],
        ["", "abc", "-1", "-1024", ".5pt", "5.5"],
    ),
    "bgalpha": OPACITIES,
    "fallback": BOOLEANS,
    "fgalpha": OPACITIES,
    "font_features": (["", "anything"], []),
    "font_scale": (["none", "small-caps", "3"], ["Subscript", "smallcaps", "-1"]),
    "font_stretch": (["ultra-condensed", "SemiExpanded"], ["semi_expanded", "wide", "semi--expanded"]),
    "font_variant": (["small-caps", "SmallCaps", "title-caps"], ["small_caps", "caps"]),
    "foreground": COLOURS_WITH_OPACITY,
    "gravity": (["south", "2"], ["auto", "South", ""]),
    "gravity_hint": (["natural", "strong", "line"], ["weak"]),
    "insert_hyphens": BOOLEANS,
    "lang": (["", "en", "anything"], []),
    "letter_spacing": (["", "1024", "-1024", "2147483647"], ["5pt", "abc", "5.5", "2147483648", "5 "]),
    "line_height": (["", "1.5", "anything"], []),
    "overline": (["none", "single", "1"], ["double", ""]),
    "overline_color": OPAQUE_COLOURS,
    "rise": (["", "-1024", "5.5pt", ".5pt", "5.pt", "5e1pt"], ["abc", "5.5", "5 pt", "pt", "1e2"]),
    "segment": (["word", "sentence"], ["Word", "0", ""]),
    "show": (
        ["", "0", "none", "spaces|ignorables", "spaces | line-breaks"],
        ["Spaces", "spaces,none", "|", "1|2"],
    ),
    "size": (["1", "+5", "5.5pt", ".5pt", "50.5%", "medium"], ["0", "-5pt", "1e1", "5.5", "xxx-large", "Medium", ""]),
    "stretch": (["normal", "Normal", "expanded"], ["Expanded!"]),
    "strikethrough": BOOLEANS,
    "strikethrough_color": OPAQUE_COLOURS,
    "style": (["italic", "Oblique", "roman", "1", "9"], ["slanted", "-1", ""]),
    "text_transform": (["uppercase", "none"], ["Uppercase", "upper"]),
    "underline": (["low", "error-line", "2"], ["yes", "Single", ""]),
    "underline_color": OPAQUE_COLOURS,
    "variant": (["normal", "unicase"], ["normal "]),
    "weight": (["semi-bold", "SemiBold", "extra-heavy", "0", "1001"], ["fat", "semi--bold", "-5", "ultra bold", ""]),
}


def span(attribute: str, value: str) -> str:
    return f"<span {attribute}={quoteattr(value)}>x</span>"


@pytest.mark.parametrize(
    ("attribute", "value"), [(name, value) for name, (taken, _) in TAKEN_AND_REFUSED.items() for value in taken]
)
def test_what_pango_takes_is_taken(attribute: str, value: str) -> None:
    assert parse(span(attribute, value))[0].text == "x"


@pytest.mark.parametrize(
    ("attribute", "value"), [(name, value) for name, (_, refused) in TAKEN_AND_REFUSED.items() for value in refused]
)
def test_what_pango_refuses_is_refused_by_name_even_if_it_is_not_drawn(attribute: str, value: str) -> None:
    with pytest.raises(ValueError, match="markup, line 1, column 1, at '<span ") as caught:
        parse(span(attribute, value))
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize("twice", ["alpha='1' fgalpha='1'", "stretch='1' font_stretch='1'"])
def test_synonyms_of_what_is_not_drawn_may_not_meet(twice: str) -> None:
    with pytest.raises(ValueError, match=" twice, the second time as "):
        parse(f"<span {twice}>x</span>")


def test_an_attribute_that_pango_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no attribute 'font_variations'"):
        parse("<span font_variations='wght=200'>x</span>")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("red3", "cd0000"),
        ("SteelBlue1", "63b8ff"),
        ("navyblue", "000080"),
        ("gray50", "7f7f7f"),
        ("Grey 50", "7f7f7f"),
        ("gray0", "000000"),
        ("gray10", "1a1a1a"),
        ("gray90", "e5e5e5"),
        ("gray", "808080"),
        ("green", "008000"),
        ("maroon", "800000"),
        ("maroon1", "ff34b3"),
        ("Light Goldenrod Yellow", "fafad2"),
        (" dark  slate grey", "2f4f4f"),
        ("DarkSlateGray4", "528b8b"),
        ("rebeccapurple", "663399"),
        ("violet red", "d02090"),
    ],
)
def test_colours_have_the_names_of_x11_and_css(name: str, expected: str) -> None:
    assert bytes(colour(name)).hex() == expected


@pytest.mark.parametrize("name", ["gray101", "gray050", "red5", "red0", "dark-slate-gray", "dark\tgray", "red ", ""])
def test_other_names_are_not_colours(name: str) -> None:
    with pytest.raises(ValueError, match="is not a colour: write a name such as 'orange'"):
        colour(name)
