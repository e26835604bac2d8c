"""A collector that nobody here wrote, which hands on what it gets."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests._rotel import PACKAGE, running_rotel

needs_collector = pytest.mark.skipif(PACKAGE is None, reason="rotel is not built for this platform")


@contextmanager
def collector(forward_to: str, log: Path) -> Iterator[str]:
    """The URL of a collector that runs for the length of the block.

    Parameters:
        forward_to: the URL of a `Receiver` that gets what the collector gets.
        log: the file that the collector's output goes to.
    """
    options = {
        "--exporter": "otlp",
        "--otlp-exporter-protocol": "http",
        "--otlp-exporter-endpoint": forward_to,
    }
    # When it splits a batch, it drops the resource of a part (tests/fleet/test_collectors.py).
    with running_rotel(options, log, {"ROTEL_DISABLE_BATCHING": "true"}) as url:
        yield url
