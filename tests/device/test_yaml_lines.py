"""YAML with lines: values as they were written, and errors with their line."""

from pathlib import Path

import pytest

from dl7450._device.yaml_lines import DeviceError, Node, read_yaml


def read(tmp_path: Path, text: str | bytes) -> Node:
    path = tmp_path / "dock.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


def reason(tmp_path: Path, error: DeviceError) -> str:
    """The error's message with the file's path taken off."""
    return str(error).removeprefix(f"{tmp_path / 'dock.yaml'}:")


def test_values_are_the_text_that_was_written(tmp_path: Path) -> None:
    values = read(tmp_path, "a: no\nb: 010\nc: '7'\nd:\ne: >\n  long\n  text").mapping()
    assert {key: value.text() for key, value in values.items()} == {
        "a": "no",
        "b": "010",
        "c": "7",
        "d": "",
        "e": "long text",
    }


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "null"])
def test_nothing_is_an_empty_mapping(tmp_path: Path, text: str) -> None:
    root = read(tmp_path, text)
    assert (root.mapping(), root.section("a")) == ({}, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a: 1\nb: [1",
            "2: this is not YAML: while parsing a flow sequence, expected ',' or ']', but got '<stream end>'",
        ),
        ("a: 1\nb: c: d", "2: this is not YAML: mapping values are not allowed here"),
        (
            "a: 1\n---\nb: 1",
            "2: this is not YAML: expected a single document in the stream, but found another document",
        ),
        ("a: 1\nb: \x07", "2: YAML allows no character 0x7 here: remove it"),
        (b"a: 1\nb: \xff", "2: this is not UTF-8 text: save the file as UTF-8"),
    ],
)
def test_a_file_that_is_not_yaml_is_refused_with_the_line(tmp_path: Path, text: str | bytes, expected: str) -> None:
    with pytest.raises(DeviceError) as caught:
        read(tmp_path, text)
    assert reason(tmp_path, caught.value) == expected


def test_a_file_that_cannot_be_read_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(DeviceError) as caught:
        read_yaml(tmp_path / "dock.yaml")
    assert reason(tmp_path, caught.value) == " the file cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\ncolor: 1", "2: unknown key 'color': did you mean 'colour'?"),
        ("a: 1\nb: 1", "2: unknown key 'b': known here are a, colour"),
        ("a: 1\ncolour: 1\na: 2", "3: the key 'a' is here a second time: keep one"),
        ("\ncolour: 1", "2: the key 'a' is missing here"),
        ("- a", "1: a mapping is expected here: write one `key: value` a line"),
        ('a: 1\n"b\\ud800": 1', "2: a lone surrogate, '\\ud800', is not a character: remove it"),
        ("[a]: 1", "1: one value is expected here, not a list or a mapping"),
    ],
)
def test_a_wrong_section_is_refused_with_the_line(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(DeviceError) as caught:
        read(tmp_path, text).section("a", "colour", required=("a",))
    assert reason(tmp_path, caught.value) == expected


@pytest.mark.parametrize("text", ["[" * 50_000, "{a: " * 50_000, "".join(f"{' ' * n}a:\n" for n in range(2_000))])
def test_a_file_of_too_many_levels_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(DeviceError, match=r"^[^\n]*: lists and mappings are too deep in each other[^\n]*$"):
        read(tmp_path, text)


def test_a_list_is_expected_where_a_list_is_read(tmp_path: Path) -> None:
    values = read(tmp_path, "a: [x, y]\nb: x").mapping()
    assert [item.text() for item in values["a"].items()] == ["x", "y"]
    with pytest.raises(DeviceError) as caught:
        values["b"].items()
    assert reason(tmp_path, caught.value) == "2: a list is expected here: write one item a line, each behind `- `"


def test_what_a_value_cannot_become_is_told_with_its_line(tmp_path: Path) -> None:
    values = read(tmp_path, "a: 1\nb:\n  x").mapping()
    assert values["a"].convert(int) == 1
    with pytest.raises(DeviceError) as caught:
        values["b"].convert(int)
    assert reason(tmp_path, caught.value) == "3: invalid literal for int() with base 10: 'x'"
