"""The order of text that is written from right to left: the Unicode bidirectional algorithm (UAX #9). Pure.

Without explicit formatting: embeddings, overrides and isolates are invisible and change nothing, but for the marks
U+200E, U+200F and U+061C, which are letters to this algorithm. Rules have their names from the annex.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

_IGNORED = {"BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_NEUTRAL = {"B", "S", "WS", "ON"}
_SEPARATORS = {"B", "S"}
_PAIRS = [("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"), ("«", "»"), ("\u2039", "\u203a"), ("≤", "≥"), ("⟨", "⟩")]
_MIRRORED = dict(_PAIRS) | {right: left for left, right in _PAIRS}
_BRACKETS = {"(": ")", "[": "]", "{": "}", "⟨": "⟩"}


def levels(text: str) -> list[int]:
    """The level of every character of a line: even ones run from left to right, odd ones from right to left."""
    if text.isascii():
        return [0] * len(text)
    classes = [unicodedata.bidirectional(character) or "L" for character in text]
    base = next((int(kind != "L") for kind in classes if kind in ("L", "R", "AL")), 0)  # P2, P3
    if not base and not {"R", "AL", "AN"} & set(classes):
        return [0] * len(text)
    seen = [index for index, kind in enumerate(classes) if kind not in _IGNORED]  # X9
    kinds = _resolve_weak([classes[index] for index in seen], base)
    _resolve_brackets(kinds, [text[index] for index in seen], base)
    _resolve_neutral(kinds, base)
    resolved = [_implicit_level(kind, base) for kind in kinds]
    trailing = True  # L1
    for position in reversed(range(len(seen))):
        kind = classes[seen[position]]
        trailing = kind in _SEPARATORS or (trailing and kind == "WS")
        if trailing:
            resolved[position] = base
    result, level = [base] * len(text), base
    at = dict(zip(seen, resolved, strict=True))
    for index in range(len(text)):
        level = result[index] = at.get(index, level)
    return result


def visual_order(levels: Sequence[int]) -> list[int]:
    """The places of pieces from left to right, given their levels in the order of reading (L2)."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        for higher, group in groupby(order, key=lambda index: levels[index] >= level):
            end = start + len(list(group))
            if higher:
                order[start:end] = order[start:end][::-1]
            start = end
    return order


def reversed_text(text: str) -> str:
    """Text of an odd level as its letters stand from left to right; brackets and the like are mirrored (L4)."""
    return "".join(_MIRRORED.get(character, character) for character in reversed(text))


def _direction(level: int) -> str:
    return "R" if level % 2 else "L"


def _implicit_level(kind: str, base: int) -> int:
    """I1, I2."""
    if base % 2:
        return base if kind == "R" else base + 1
    return base + {"L": 0, "R": 1}.get(kind, 2)


def _resolve_weak(kinds: list[str], base: int) -> list[str]:
    """W1 to W7: marks, numbers, and what belongs to numbers."""
    strong = before = _direction(base)
    for index, kind in enumerate(kinds):
        before = before if kind == "NSM" else kind  # W1
        if before in ("L", "R", "AL"):
            strong = before
        kinds[index] = "AN" if before == "EN" and strong == "AL" else before  # W2
    kinds = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for index in range(1, len(kinds) - 1):  # W4
        left, kind, right = kinds[index - 1 : index + 2]
        if left == right and ((kind == "CS" and left in ("EN", "AN")) or (kind == "ES" and left == "EN")):
            kinds[index] = left
    start = 0
    for kind, group in groupby(list(kinds)):  # W5
        end = start + len(list(group))
        if kind == "ET" and "EN" in kinds[max(start - 1, 0) : end + 1]:
            kinds[start:end] = ["EN"] * (end - start)
        start = end
    strong = _direction(base)
    for index, kind in enumerate(kinds):
        if kind in ("ES", "ET", "CS"):  # W6
            kinds[index] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":  # W7
            kinds[index] = "L"
    return kinds


def _resolve_brackets(kinds: list[str], characters: Sequence[str], base: int) -> None:
    """N0: a pair of brackets goes with what is in it, or with what is before it."""
    for opening, closing in _bracket_pairs(kinds, characters):
        inside = {_strong(kind) for kind in kinds[opening + 1 : closing]} - {None}
        if _direction(base) in inside:
            kinds[opening] = kinds[closing] = _direction(base)
        elif inside:
            before = (_strong(kind) for kind in reversed(kinds[:opening]))
            context = next((kind for kind in before if kind), _direction(base))
            kinds[opening] = kinds[closing] = context if context in inside else _direction(base)


def _bracket_pairs(kinds: Sequence[str], characters: Sequence[str]) -> list[tuple[int, int]]:
    """BD16."""
    pairs: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for index, (kind, character) in enumerate(zip(kinds, characters, strict=True)):
        if kind != "ON":
            continue
        if character in _BRACKETS:
            if len(stack) == 63:
                return []
            stack.append((_BRACKETS[character], index))
        elif character in _BRACKETS.values():
            for depth in reversed(range(len(stack))):
                if stack[depth][0] == character:
                    pairs.append((stack[depth][1], index))
                    del stack[depth:]
                    break
    return sorted(pairs)


def _strong(kind: str) -> str | None:
    return {"L": "L", "R": "R", "EN": "R", "AN": "R"}.get(kind)


def _resolve_neutral(kinds: list[str], base: int) -> None:
    """N1, N2: what has no direction goes with its neighbours, if they agree."""
    start = 0
    for neutral, group in groupby(list(kinds), key=_NEUTRAL.__contains__):
        end = start + len(list(group))
        if neutral:
            left = (_strong(kinds[start - 1]) if start else None) or _direction(base)
            right = (_strong(kinds[end]) if end < len(kinds) else None) or _direction(base)
            kinds[start:end] = [left if left == right else _direction(base)] * (end - start)
        start = end
