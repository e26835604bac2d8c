"""`RepeatableIds`: the ids of spans and traces are the same in every run that makes the same spans in one order."""

from __future__ import annotations

from random import Random

from opentelemetry.sdk.trace.id_generator import IdGenerator


class RepeatableIds(IdGenerator):
    """Ids that look like any others, and follow from a seed."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def generate_span_id(self) -> int:
        return self._random.getrandbits(64) or 1  # 0 is no id

    def generate_trace_id(self) -> int:
        return self._random.getrandbits(128) or 1
