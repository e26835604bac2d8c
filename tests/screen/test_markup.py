"""Pango markup. Sizes and faces in these tables are those that Pango 1.50 itself gives for the markup."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dl7450._screen.markup import StyledText, parse, plain_text
from dl7450._screen.style import Style


def sizes(markup: str) -> list[tuple[str, float]]:
    return [(run.text, round(run.style.size, 1)) for run in parse(markup)]


def test_plain_text_is_one_run_in_the_default_style() -> None:
    assert parse("Hello, wörld ☂") == (StyledText("Hello, wörld ☂", Style()),)
    assert parse("") == ()


@pytest.mark.parametrize(
    ("markup", "style"),
    [
        ("<b>x</b>", Style(weight=700)),
        ("<i>x</i>", Style(italic=True)),
        ("<u>x</u>", Style(underline=True)),
        ("<s>x</s>", Style(strikethrough=True)),
        ("<tt>x</tt>", Style(family="Monospace")),
        ("<markup>x</markup>", Style()),
        ("<big>x</big>", Style(scale=1.2)),
        ("<small>x</small>", Style(scale=1 / 1.2)),
        ("<sub>x</sub>", Style(points=36 * 0.6, rise=36 * -0.075)),
        ("<sup>x</sup>", Style(points=36 * 0.6, rise=36 * 0.35)),
        ("<span weight='bold'>x</span>", Style(weight=700)),
        ("<span font_weight='Semi-Bold'>x</span>", Style(weight=600)),
        ("<span weight='650'>x</span>", Style(weight=650)),
        ("<span style='oblique'>x</span>", Style(italic=True)),
        ("<i><span font_style='normal'>x</span></i>", Style()),
        ("<span face='DejaVu Serif'>x</span>", Style(family="DejaVu Serif")),
        ("<span underline='low' strikethrough='true'>x</span>", Style(underline=True, strikethrough=True)),
        ("<u><s><span underline='none' strikethrough='no'>x</span></s></u>", Style()),
        ("<span foreground='red' background='#00ff00'>x</span>", Style(foreground=(255, 0, 0), background=(0, 255, 0))),
        ("<span fgcolor='red' bgcolor='lime'>x</span>", Style(foreground=(255, 0, 0), background=(0, 255, 0))),
        ("<span letter_spacing='1024' lang='en'>x</span>", Style()),
        ("<span size='medium'>x</span>", Style()),
        ("<span font='Sans 12'>x</span>", Style(points=12, in_points=True)),
        ("<span font_desc='Foo Bar Bold Italic 12.5'>x</span>", Style("Foo Bar", 700, True, 12.5, in_points=True)),
        ("<span font_desc='Mono, 16px'>x</span>", Style("Mono", points=12, in_points=True)),
        ("<span font_desc='Sans 0'>x</span>", Style()),
        ("<span font_desc='Semi-Condensed Light'>x</span>", Style(weight=300)),
        ("<b><i><span font_desc='Serif'>x</span></i></b>", Style("Serif")),
        ("<span weight='normal' font_desc='Bold 12' size='10pt'>x</span>", Style(points=10, in_points=True)),
    ],
)
def test_a_tag_gives_its_text_a_style(markup: str, style: Style) -> None:
    assert parse(markup) == (StyledText("x", style),)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<big>x<big>y</big></big>", [("x", 43.2), ("y", 51.8)]),
        ("<span size='20480'>x<big>y</big></span>", [("x", 20.0), ("y", 24.0)]),
        ("<big><span size='20pt'>x<big>y</big></span></big>", [("x", 24.0), ("y", 28.8)]),
        (
            "<span size='large'>x<span size='20480'>y<span size='small'>z</span></span></span>",
            [("x", 43.2), ("y", 24.0), ("z", 16.7)],
        ),
        ("<big><span size='x-large'>x</span></big>", [("x", 51.8)]),
        ("<span size='larger'>x<span size='smaller'>y</span></span>", [("x", 43.2), ("y", 36.0)]),
        ("<span size='150%'>x<span size='50%'>y</span></span>", [("x", 54.0), ("y", 18.0)]),
        ("<span font_desc='12' size='large'>x</span>", [("x", 14.4)]),
        ("<span size='20480'><small><span size='20480'><big>x</big></span></small></span>", [("x", 24.0)]),
        ("<span font='9'><big><span size='150%'>x</span></big></span>", [("x", 16.2)]),
    ],
)
def test_nested_sizes_multiply_as_in_pango(markup: str, expected: list[tuple[str, float]]) -> None:
    assert sizes(markup) == expected


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ("Orange", (255, 165, 0)),
        ("dark slate gray", (47, 79, 79)),
        ("green", (0, 128, 0)),
        ("gray100", (255, 255, 255)),
        ("grey20", (51, 51, 51)),
        ("#fa0", (255, 170, 0)),
        ("#FFAA00", (255, 170, 0)),
        ("#123456789", (0x12, 0x45, 0x78)),
        ("#123456789abc", (0x12, 0x56, 0x9A)),
        ("#ff000080", (255, 0, 0)),
    ],
)
def test_a_colour_is_a_name_or_hex_digits(colour: str, expected: tuple[int, int, int]) -> None:
    assert parse(f"<span color='{colour}'>x</span>")[0].style.foreground == expected


def test_tags_nest_and_end() -> None:
    red = (255, 0, 0)
    assert parse("a<b>b<span color='red'>c<i>d</i></span></b>e") == (
        StyledText("a", Style()),
        StyledText("b", Style(weight=700)),
        StyledText("c", Style(weight=700, foreground=red)),
        StyledText("d", Style(weight=700, foreground=red, italic=True)),
        StyledText("e", Style()),
    )


def test_a_tag_may_span_lines() -> None:
    assert parse("<b>one\ntwo</b>\r\nthree") == (
        StyledText("one\ntwo", Style(weight=700)),
        StyledText("\nthree", Style()),
    )


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Tom &amp; Jerry &lt;3 &#x2602;&#38; &quot;&apos;&gt;", "Tom & Jerry <3 ☂& \"'>"),
        ("1 > 0, a[b[0]]>c", "1 > 0, a[b[0]]>c"),
        ("bell \a, nul \0, half a pair \ud83d", "bell \N{REPLACEMENT CHARACTER}, nul �, half a pair �"),
        ("<!-- not shown ]]> &#1; -->x", "x"),
        ("a<![CDATA[not <shown]]>b]]>c<!DOCTYPE x>d", "ab]]>cd"),
        ("bell &#7; and &#x1b;, not &#10;", "bell \N{REPLACEMENT CHARACTER} and \N{REPLACEMENT CHARACTER}, not \n"),
    ],
)
def test_text_between_tags(markup: str, text: str) -> None:
    assert plain_text(parse(markup)) == text


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ("Tom & Jerry", "line 1, column 5, at '& Jerry': not well-formed .*: write &amp; for & and &lt; for <"),
        ("ünïcode\nAT&T", "line 2, column 3, at '&T': not well-formed"),
        ("1 < 2", "line 1, column 3, at '< 2': not well-formed"),
        ("x <b", "line 1, column 3, at '<b'"),
        ("one\n<b>two <i>three</i>", "line 2, column 1, at '<b>two <i>three<': <b> is not closed: write </b>"),
        ("<i><b>x</i></b>", "column 4, at '<b>x</i></b>': <b> is not closed"),
        ("x</b>", "column 2, at '</b>': no tag is open here"),
        ("<![CDATA[x]]></b>", "column 14, at '</b>': no tag is open here"),
        ("x<![CDATA[y", "line 1, column 2, at '<!.CDATA.y': unclosed CDATA section"),
        ("x&#0;", "column 2, at '&#0;': reference to invalid character number"),
        ("x</_>y", "column 2"),
        ("5&nbsp;km", "column 2, at '&nbsp;km': unknown entity: write &amp;"),
        ("<blink>x</blink>", "at '<blink>x</blink>': unknown tag <blink>: there are <b>, <i>, .* <span>"),
        ("<b size='large'>x</b>", "<b> takes no attributes: use <span>"),
        ("<span colour='red'>x</span>", "no attribute 'colour': it has font_desc, .* foreground"),
        ("<span color='red' foreground='red'>x</span>", "foreground twice, the second time as foreground"),
        ("<span size=large>x</span>", "quote the values of attributes"),
        ("<span size='huge'>x</span>", "size 'huge' is none of xx-small, .*1024ths"),
        ("<span size='0'>x</span>", "size '0'"),
        ("<span size='-5%'>x</span>", "size '-5%'"),
        ("<span size='2000pt'>x</span>", "2000 points does not fit the screen: 1620 is the most"),
        ("<span weight='fat'>x</span>", "weight 'fat' is neither a number"),
        ("<span style='slanted'>x</span>", "style 'slanted' is none of normal, oblique, italic"),
        ("<span underline='yes'>x</span>", "underline 'yes' is none of none, single"),
        ("<span strikethrough='1'>x</span>", "strikethrough '1' is neither 'true' nor 'false'"),
        ("<span color='reddish'>x</span>", "'reddish' is not a colour: write a name such as 'orange' or '#rrggbb'"),
        ("<span color='gray101'>x</span>", "'gray101' is not a colour"),
        ("<span color='#12345'>x</span>", "'#12345' is not a colour"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_its_fix(markup: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(markup)


@given(st.text())
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = plain_text(parse(escape(text)))
    assert len(shown) == len(expected)
    assert all(b in (a, "\N{REPLACEMENT CHARACTER}") for a, b in zip(expected, shown, strict=True))


def fragments() -> st.SearchStrategy[str]:
    tags: Iterable[str] = ("<b>", "</b>", "<i>", "</i>", "<span size='large'>", "<span color='x'>", "</span>", "<br/>")
    return st.lists(st.sampled_from([*tags, "&", "&amp;", "<", ">", "]]>", "é\n", "</_>", "<!--", "-->"])).map("".join)


@settings(max_examples=300)
@given(fragments())
def test_whatever_is_passed_it_parses_or_it_is_a_value_error(markup: str) -> None:
    try:
        runs = parse(markup)
    except ValueError as error:
        assert str(error).startswith("markup, line ")  # noqa: PT017  both outcomes are right; this is the other's form
    else:
        assert all(run.text for run in runs)
