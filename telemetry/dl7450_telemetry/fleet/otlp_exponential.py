"""The buckets of an exponential histogram as those of a histogram: the same bounds and counts, written out.

Its bucket number i holds what is above base ** i and at most base ** (i + 1), where base is 2 ** (2 ** -scale):
https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

_FINEST = 1000  # as a scale: what is beyond makes the same bounds, as floats go
_LEAST, _MOST = -1074.0, math.nextafter(1024.0, 0.0)  # powers of two that a float can be


def explicit_buckets(point: Any) -> tuple[list[int], list[float]]:
    """The counts of the buckets of an `ExponentialHistogramDataPoint`, and their upper bounds, but for the last one's.

    Buckets that floats cannot tell apart are one.
    """
    counts: list[int] = [0]
    bounds: list[float] = []
    for lower, count in _buckets(point):
        if lower > (bounds[-1] if bounds else -math.inf):
            bounds.append(lower)
            counts.append(0)
        counts[-1] += count
    return counts, bounds


def _buckets(point: Any) -> Iterator[tuple[float, int]]:
    """The lower bound of each bucket and its count, from the lowest one.

    What is not above the bound before it belongs to the bucket before.
    """
    width = math.ldexp(1.0, -min(max(point.scale, -_FINEST), _FINEST))

    def power(index: int) -> float:
        return math.exp2(min(max(index * width, _LEAST), _MOST))

    for place in reversed(range(len(point.negative.bucket_counts))):
        yield -power(point.negative.offset + place + 1), point.negative.bucket_counts[place]
    zero = point.zero_threshold if 0 < point.zero_threshold < math.inf else 0.0
    negative = power(point.negative.offset) if point.negative.bucket_counts else 0.0
    if negative > zero:
        yield -negative, 0
    yield -zero if zero else -math.inf, point.zero_count  # a bucket ends with its upper bound: zero, too
    yield zero, 0
    first = point.positive.offset
    for place, count in enumerate(point.positive.bucket_counts):
        yield power(first + place), count
    yield power(first + len(point.positive.bucket_counts)), 0
