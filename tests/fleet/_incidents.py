"""A small fleet with an incident of each kind, as spans: what the questions have to find."""

import random
from collections.abc import Iterator

from dl7450_telemetry import EventRecord, SpanRecord
from dl7450_telemetry._span_record import AttributeValue
from dl7450_telemetry.fleet.filters import Filters

SECOND = 10**9
HOUR = 3600 * SECOND
START = 1_795_305_600 * SECOND  # 2026-11-22 00:00 UTC
DAY = Filters(START, START + 24 * HOUR)

DOCKS = 12


def spans(*, before: int = 0, step: int = 600, seed: int = 7) -> Iterator[SpanRecord]:
    """A day of the fleet.

    * Docks 0 to 5 run `carousel`, the others `departures`; odd docks are in Oslo, even ones in Turin.
    * Release 1.3 of `carousel` fails on `/new.png`; docks 0 to 2 have it.
    * `slow.example` is slow from 18 o'clock on.
    * In Oslo, DNS fails from 10 to 12 o'clock.
    * Dock 11 falls silent at 15 o'clock.
    * `departures` blocks the loop at every 50th request.

    Parameters:
        before: days before, on which there is no incident.
        step: seconds between the requests of a dock.
        seed: decides how long everything takes.
    """
    chance = random.Random(seed)
    for number in range(DOCKS):
        for second in range(number, 24 * 3600, step):
            if not (number == 11 and second >= 15 * 3600 and not before):
                yield from _request(number, second, second // step, before, chance)


def _request(number: int, second: int, turn: int, before: int, chance: random.Random) -> Iterator[SpanRecord]:
    app = "carousel" if number < 6 else "departures"
    release = "1.3" if number < 3 and not before else "1.2"
    site = "Oslo" if number % 2 else "Turin"
    hour = second // 3600
    host = ("content.example", "slow.example")[turn % 2]
    path = ("/new.png", "/old.png", "/menu.json")[turn % 3]
    error, code = "", 0
    if not before and site == "Oslo" and 10 <= hour < 12:
        error, code = "CURLE_COULDNT_RESOLVE_HOST", 6
    elif not before and app == "carousel" and release == "1.3" and path == "/new.png":
        error = "404"
    took = chance.randrange(20_000_000, 80_000_000)
    if not before and host == "slow.example" and hour >= 18:
        took *= 30
    start = START - before * 24 * HOUR + second * SECOND
    trace_id, request_id, dns_id = (f"{chance.getrandbits(bits):0{bits // 4}x}" for bits in (128, 64, 64))
    resource: dict[str, AttributeValue] = {
        "service.name": app,
        "service.version": release,
        "device.id": f"{number:064x}",
        "dl7450.site": site,
    }
    attributes: dict[str, AttributeValue] = {
        "http.request.method": "GET",
        "url.full": f"http://{host}{path}?n={turn}",
        "server.address": host,
    }
    if error:
        attributes["error.type"] = error
    if code:
        attributes["dl7450.curl.code"] = code
    else:
        attributes["http.response.status_code"] = int(error or 200)
    events = [EventRecord("request sent", start + took // 4), EventRecord("first byte", start + took // 2)]
    if app == "departures" and turn % 50 == 0:
        events.append(
            EventRecord("trio.blocked", start + took, {"trio.task.name": "app", "code.stacktrace": "draw()\n"})
        )
    yield SpanRecord(
        trace_id,
        request_id,
        "GET",
        start,
        start + took,
        kind="CLIENT",
        attributes=attributes,
        events=() if code else tuple(events),
        status="ERROR" if error else "UNSET",
        resource=resource,
    )
    yield SpanRecord(
        trace_id,
        dns_id,
        f"DNS lookup {host}",
        start,
        start + took // 8,
        parent_span_id=request_id,
        resource=resource,
    )
