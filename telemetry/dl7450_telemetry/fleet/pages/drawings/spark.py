"""A spark line: the requests of one dock over time, in the height of a row.

A page has many of them, so bars of one colour are one path.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

SPARK_WIDTH, SPARK_HEIGHT = 112, 24


def spark(requests: Sequence[int], failures: Sequence[int], said: str) -> Markup:
    """Requests over time as bars, with those that failed on top of the scale of failures.

    Parameters:
        requests: of each bucket.
        failures: of each bucket.
        said: the same in words, for who does not see it.
    """
    width = SPARK_WIDTH / max(len(requests), 1)
    top = max([*requests, 1])
    bars = {"all": "", "bad": ""}
    for index, (asked, failed) in enumerate(zip(requests, failures, strict=True)):
        for value, name in ((asked, "all"), (failed, "bad")):
            if value:
                height = max(2.0, value / top * (SPARK_HEIGHT - 2))
                x, wide = index * width, max(width - 1, 0.8)
                bars[name] += f"M{x:.1f} {SPARK_HEIGHT}v{-height:.1f}h{wide:.1f}v{height:.1f}z"
    return Markup(
        '<svg class="spark" width="{width}" height="{height}" role="img" aria-label="{said}">'
        '<line class="base" x1="0" x2="{width}" y1="{base}" y2="{base}"/>'
        '<path class="all" d="{all}"/><path class="bad" d="{bad}"/></svg>'
    ).format(width=SPARK_WIDTH, height=SPARK_HEIGHT, base=SPARK_HEIGHT - 0.5, said=said, **bars)
