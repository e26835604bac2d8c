"""One simulated fleet for all tests of the pages."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

from dl7450_telemetry.fleet.columns import Batch
from dl7450_telemetry.fleet.otlp import decode_traces
from dl7450_telemetry.fleet.otlp_metrics import decode_metrics
from examples.fleet._fleet import Fleet, simulate
from examples.fleet._plan import FETCHES_EVERY

from ._server import Served, served_pages

HOUR = 3600 * 10**9
FLEET = Fleet(docks=80, days=4, seed=4, end=1_764_201_600)  # until 2025-11-27 00:00:00 UTC
SILENCE = round(1.25 * FETCHES_EVERY) * 10**9


def batches() -> list[Batch]:
    """What all docks of the simulated fleet export."""
    return [
        batch
        for _, group in simulate(FLEET, os.cpu_count() or 1)
        for signal, body in group
        for batch in (decode_traces if signal == "traces" else decode_metrics)(body)[0]
    ]


@pytest.fixture(scope="session")
def fleet() -> Generator[Served]:
    """The pages of the simulated fleet."""
    with served_pages(batches(), now=FLEET.end * 10**9, silence=SILENCE) as served:
        yield served
