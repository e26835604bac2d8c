"""Whether two failure rates differ, or chance alone explains it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from markupsafe import Markup

NOISE = 3.0  # standard errors: one time in 370 chance alone makes such a difference
FEW = 30  # requests that say nothing


class Counts(NamedTuple):
    """Requests of two sides at the same moment, and how many of them failed."""

    asked: float
    failed: float
    other_asked: float
    other_failed: float


def difference(moments: Iterable[Counts]) -> Markup:
    """Whether the second side fails more often than the first one.

    The test is that of Cochran, Mantel and Haenszel: the sides are compared at each moment, so what both of them suffer
    at one moment is no difference. Moments at which one side was not there do not count.
    """
    shared = [moment for moment in moments if moment.asked and moment.other_asked]
    if min(sum(moment.asked for moment in shared), sum(moment.other_asked for moment in shared)) < FEW:
        return too_few()
    excess = variance = 0.0
    for asked, failed, other_asked, other_failed in shared:
        both, all_failed = asked + other_asked, failed + other_failed
        excess += other_failed - other_asked * all_failed / both
        variance += asked * other_asked * all_failed * (both - all_failed) / (both * both * (both - 1))
    return verdict(excess / math.sqrt(variance) if variance else 0.0)


def against_others(row: Mapping[str, Any]) -> Markup:
    """What the difference between a release and the others of its app means: a row of the question `releases`."""
    if not row["compared"]:
        return badge("", "nothing to compare")
    return too_few() if row["compared"] < FEW else verdict(row["z"] or 0.0)


def verdict(z: float) -> Markup:
    """What a difference means, in standard errors."""
    if abs(z) < NOISE:
        return badge("", "noise")
    return badge("bad", "fails more") if z > 0 else badge("good", "fails less")


def too_few() -> Markup:
    """So few requests say nothing."""
    return badge("", "too few to tell")


def badge(kind: str, text: str) -> Markup:
    """A short text in a colour: `good`, `bad` or none."""
    return Markup('<span class="badge {}">{}</span>').format(kind, text)
