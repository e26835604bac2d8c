"""Names in certificates: for which URLs each of them is good. Every certificate is trusted: it is its own `cacert`."""

from tests.conformance._scenario import FINE, Scenario, case

ADDRESS, NAME = "127.0.0.1", "localhost"

# A certificate (`_certificates.NAMES`), the host of the URL, and the status.
_ROWS = [
    ("cn-host", NAME, 200),
    ("cn-host", ADDRESS, 60),
    ("cn-address", ADDRESS, 200),
    ("cn-address", "127.1", 200),
    ("cn-address", NAME, 60),
    ("cn-host-then-other", NAME, 60),
    ("cn-other-then-host", NAME, 200),
    ("cn-wildcard", "a.dock.localhost", 200),
    ("cn-host-san-address", NAME, 60),
    ("cn-host-san-address", ADDRESS, 200),
    ("cn-address-san-host", ADDRESS, 60),
    ("cn-address-san-host", NAME, 200),
    ("cn-address-san-other-address", ADDRESS, 60),
    ("cn-host-san-mail", NAME, 200),
    ("cn-address-san-mail", ADDRESS, 200),
    ("san-host-is-address", ADDRESS, 60),
    ("san-second", NAME, 200),
    ("san-second", "localhost.", 200),
    ("san-second", "LOCALHOST", 200),
    ("san-second", "a.localhost", 60),
    ("san-upper-case", NAME, 200),
    ("san-dot", NAME, 200),
    ("san-dot", "localhost.", 200),
    ("san-wildcard", "a.dock.localhost", 200),
    ("san-wildcard", "A.Dock.localhost.", 200),
    ("san-wildcard", "a.b.dock.localhost", 60),
    ("san-wildcard", "dock.localhost", 60),
    ("san-wildcard-short", "a.localhost", 60),
    ("san-wildcard-part", "ab.dock.localhost", 60),
    ("san-wildcard-second", "a.b.dock.localhost", 60),
    ("san-wildcard-alone", NAME, 60),
    ("no-names", NAME, 60),
    ("no-names", ADDRESS, 60),
]

NAMES: list[Scenario] = [
    *(
        case(f"name-{tls}-{host}", status, FINE, f"https://{host}:{{port}}/", tls=tls, cacert=f"leaf:{tls}")
        for tls, host, status in _ROWS
    ),
    *(
        case(
            f"name-san-address-6{zone}",
            200,
            FINE,
            f"https://[::1{zone}]:{{port}}/",
            host="::1",
            tls="san-address-6",
            cacert="leaf:san-address-6",
        )
        for zone in ("", "%25lo")
    ),
]
