"""Three apps on a day, of four docks each, whose second release comes at noon: what is fair to compare.

Every tenth request fails, and all of them from 2 to 4 o'clock, when only the first release is there.

| app | at noon | its second release |
|---|---|---|
| `even` | two docks get it | does as the first one |
| `worse` | two docks get it | fails for half of its requests |
| `at_once` | all docks get it | does as the first one |
"""

from collections.abc import Iterator

from dl7450_telemetry import SpanRecord
from tests.fleet._incidents import HOUR, START

DOCKS, EVERY = 4, 600 * 10**9


def spans(midnight: int = START) -> Iterator[SpanRecord]:
    """The spans of the day that begins at a midnight, in nanoseconds since 1970."""
    for app_number, app in enumerate(("even", "worse", "at_once")):
        for turn in range(24 * HOUR // EVERY):
            for dock in range(DOCKS):
                hour = turn * EVERY // HOUR
                second = hour >= 12 and (app == "at_once" or dock < DOCKS // 2)
                failed = (turn * DOCKS + dock) % 10 == 0 or 2 <= hour < 4
                failed |= app == "worse" and second and turn % 2 == 0
                number = (app_number * DOCKS + dock) * 1000 + turn
                yield _request(app, "2" if second else "1", f"{app} {dock}", number, midnight + turn * EVERY, failed)


def _request(app: str, release: str, dock: str, number: int, start: int, failed: bool) -> SpanRecord:
    return SpanRecord(
        f"{number + 1:032x}",
        f"{number + 1:016x}",
        "GET",
        start,
        start + 50_000_000 + number * 1000,
        kind="CLIENT",
        attributes={
            "http.request.method": "GET",
            "server.address": "content.example",
            **({"error.type": "503", "http.response.status_code": 503} if failed else {}),
        },
        status="ERROR" if failed else "UNSET",
        resource={"service.name": app, "service.version": release, "device.id": dock},
    )
