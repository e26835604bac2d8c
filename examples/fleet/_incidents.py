"""What goes wrong in the fleet's week, where and when; the pages of the fleet must show each of these.

| incident | who is hit | what a dock sees |
|---|---|---|
| a release fails on one path | signage 1.3.0 | `/v2/weather` answers 404 |
| a content host is slow in the evening | who asks `media.example` | seconds until the first byte, some time out (28) |
| a site's DNS fails for two hours | porto | no host has an address (6) |
| a certificate expires | who asks `timetable.example`: the app board | no TLS session (60), until the end |
| docks fall silent | some of oslo at once, a few elsewhere | `_plan` decides |
| an app blocks the loop | board 2.1.0 | `_apps` does |

And there is what always goes wrong somewhere: now and then a server answers 503, or refuses (`NOISE`).
"""

from __future__ import annotations

from ._plan import DAY, HOUR

API, MEDIA, TIMETABLE = "api.example", "media.example", "timetable.example"

SLOW_EVENING = 17.0, 22.0  # hours of the day, UTC
DNS_SITE = "porto"
DNS_FROM = 0.38  # of the time that the fleet is watched
DNS_LASTS = 2 * HOUR
CERTIFICATE_ENDS = 0.94
NEW_PATH = "/v2/weather"
NOISE = 0.002  # of the requests


class Incidents:
    """Asked by the network of a dock what happens now."""

    def __init__(self, site: str, began: float, watched: float) -> None:
        """
        Parameters:
            site: where the dock stands.
            began: when the fleet began to be watched, in seconds since 1970.
            watched: for how many seconds it is.
        """
        self._site = site
        self._began = began
        self._watched = watched

    def dns_fails(self, moment: float) -> bool:
        """Whether no name has an address; `moment` is in seconds since the fleet began to be watched."""
        begins = DNS_FROM * self._watched
        return self._site == DNS_SITE and begins <= moment < begins + DNS_LASTS

    def certificate_expired(self, host: str, moment: float) -> bool:
        """Whether the certificate of a host is no longer valid."""
        return host == TIMETABLE and moment >= CERTIFICATE_ENDS * self._watched

    def slowness(self, host: str, moment: float) -> float:
        """By what a host's time to the first byte is multiplied."""
        hour = (self._began + moment) % DAY / HOUR
        begins, ends = SLOW_EVENING
        return 35.0 if host == MEDIA and begins <= hour < ends else 1.0

    def status(self, path: str) -> int:
        """What a server answers to a path when nothing else goes wrong."""
        return 404 if path.startswith(NEW_PATH) else 200
