"""A spark line: the requests of one dock over time, in the height of a row."""

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
    bars = [
        Markup('<line class="base" x1="0" x2="{}" y1="{}" y2="{}"/>').format(
            SPARK_WIDTH, SPARK_HEIGHT - 0.5, SPARK_HEIGHT - 0.5
        )
    ]
    for index, (asked, failed) in enumerate(zip(requests, failures, strict=True)):
        for value, name in ((asked, "all"), (failed, "bad")):
            if value:
                height = max(2.0, value / top * (SPARK_HEIGHT - 2))
                bars.append(
                    Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                        name, index * width, SPARK_HEIGHT - height, max(width - 1, 0.8), height
                    )
                )
    return Markup('<svg class="spark" width="{}" height="{}" role="img" aria-label="{}">{}</svg>').format(
        SPARK_WIDTH, SPARK_HEIGHT, said, Markup("").join(bars)
    )
