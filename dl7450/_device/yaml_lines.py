"""YAML that remembers its lines: so that a wrong file is refused with the line and the reason.

A thin layer over PyYAML's nodes. PyYAML's loader would hand over plain dicts, without lines, with duplicate keys
dropped and `no` turned into False; here every value is the text as it was written.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import yaml

T = TypeVar("T")

_SURROGATE = re.compile("[\ud800-\udfff]")
_NULL = "tag:yaml.org,2002:null"


class DeviceError(ValueError):
    """The description of a dock is wrong; the message is `FILE:LINE: reason`."""


class Node:
    """One value of a YAML file and the line it stands on.

    Nothing at all counts as an empty mapping: an empty file, or a section whose lines are commented out. Reading it as
    what it is not raises `DeviceError`, with the line and the reason.
    """

    def __init__(self, path: Path, node: yaml.Node) -> None:
        self.path = path
        self._node = node

    def error(self, reason: str) -> DeviceError:
        """The error that names this node's line, to be raised."""
        return DeviceError(f"{self.path}:{self._node.start_mark.line + 1}: {reason}")

    def text(self) -> str:
        """A scalar as it was written, without its quotes."""
        if not isinstance(self._node, yaml.ScalarNode):
            raise self.error("one value is expected here, not a list or a mapping")
        text = str(self._node.value)
        if (found := _SURROGATE.search(text)) is not None:  # written as an escape
            raise self.error(f"a lone surrogate, {found[0]!r}, is not a character: remove it")
        return text

    def convert(self, function: Callable[[str], T]) -> T:
        """What `function` makes of the text; its `ValueError` becomes this line's error."""
        text = self.text()
        try:
            return function(text)
        except ValueError as error:
            raise self.error(str(error)) from None

    def is_word(self, word: str) -> bool:
        """Whether this is the scalar `word`."""
        return isinstance(self._node, yaml.ScalarNode) and self._node.value == word

    def is_list(self) -> bool:
        """Whether this is a list."""
        return isinstance(self._node, yaml.SequenceNode)

    def items(self) -> list[Node]:
        """The items of a list."""
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.error("a list is expected here: write one item a line, each behind `- `")
        return [Node(self.path, item) for item in self._node.value]

    def mapping(self) -> dict[str, Node]:
        """The values of a mapping by their keys, which are free; a repeated key is refused."""
        return {key.text(): value for key, value in self._pairs()}

    def section(self, *keys: str, required: tuple[str, ...] = ()) -> dict[str, Node]:
        """The values of a mapping whose keys are known; unknown and missing ones are refused."""
        found = {}
        for key, value in self._pairs():
            name = key.text()
            if name not in keys:
                raise key.error(f"unknown key {name!r}: {_suggestion(name, keys)}")
            found[name] = value
        for name in required:
            if name not in found:
                raise self.error(f"the key {name!r} is missing here")
        return found

    def _pairs(self) -> list[tuple[Node, Node]]:
        if self._node.tag == _NULL:
            return []
        if not isinstance(self._node, yaml.MappingNode):
            raise self.error("a mapping is expected here: write one `key: value` a line")
        pairs = [(Node(self.path, key), Node(self.path, value)) for key, value in self._node.value]
        seen: set[str] = set()
        for key, _ in pairs:
            if key.text() in seen:
                raise key.error(f"the key {key.text()!r} is here a second time: keep one")
            seen.add(key.text())
        return pairs


def _suggestion(name: str, keys: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, keys, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known here are {', '.join(keys)}"


def read_yaml(path: Path) -> Node:
    """The root of a YAML file.

    Raises:
        DeviceError: the file cannot be read, or is not YAML.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DeviceError(f"{path}: the file cannot be read: {error.strerror}") from None
    try:
        text = data.decode()
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DeviceError(f"{path}:{line}: this is not UTF-8 text: save the file as UTF-8") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DeviceError(f"{path}:{line}: YAML allows no character {error.character:#x} here: remove it") from None
    except RecursionError:
        raise DeviceError(f"{path}: lists and mappings are too deep in each other: a dock needs a few levels") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = ", ".join(filter(None, [error.context, error.problem]))
        raise DeviceError(f"{path}:{line}: this is not YAML: {problem}") from None
    return Node(path, root or yaml.ScalarNode(_NULL, ""))
