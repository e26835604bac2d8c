"""The table of scenarios, by class: what the server does, and the status that libcurl and the dock must both give.

A row says the whole story: its name, the statuses (an HTTP status, or a libcurl code below 100), the script that
the server plays, then the call where it is not simply `GET /`. A row with a `difference` is one where the dock
does not follow libcurl, and says why; its statuses are the dock's.
"""

from tests.conformance._scenario import Scenario
from tests.conformance._scenarios._answers import (
    ANSWER_HEADERS,
    BEFORE_THE_ANSWER,
    BODY_LENGTH,
    CHUNKED,
    REDIRECTS_AND_ENCODINGS,
    STATUS_LINE,
    WITHOUT_BODY,
)
from tests.conformance._scenarios._connections import BROKEN_CONNECTION, CONNECTING, DEADLINES
from tests.conformance._scenarios._early import EARLY
from tests.conformance._scenarios._names import NAMES
from tests.conformance._scenarios._requests import REQUESTS
from tests.conformance._scenarios._reuse import REUSE
from tests.conformance._scenarios._tls import CERTIFICATES, TLS_FAULTS
from tests.conformance._scenarios._urls import URLS

CLASSES: dict[str, list[Scenario]] = {
    "connecting": CONNECTING,
    "broken connection": BROKEN_CONNECTION,
    "deadlines": DEADLINES,
    "certificates": CERTIFICATES,
    "names in certificates": NAMES,
    "TLS faults": TLS_FAULTS,
    "URLs": URLS,
    "requests": REQUESTS,
    "early answers": EARLY,
    "status line": STATUS_LINE,
    "answer headers": ANSWER_HEADERS,
    "before the answer": BEFORE_THE_ANSWER,
    "without body": WITHOUT_BODY,
    "body length": BODY_LENGTH,
    "chunked": CHUNKED,
    "redirects and encodings": REDIRECTS_AND_ENCODINGS,
    "reuse": REUSE,
}

SCENARIOS = [scenario for scenarios in CLASSES.values() for scenario in scenarios]
