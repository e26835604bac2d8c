"""`Routes`: which server in memory answers what, and what was asked of them.

A route is a pattern of URLs and the answers to them, in order. What the app asked for in vain is kept with the routes
that almost match, and so is what nobody asked for: either is usually a spelling mistake.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from PIL import Image

from .._screen.state import Background
from ..http._curl import Failure
from ..http._url import UrlError, parse_url
from ._answer import Answer, Fault, Headers, _Absent
from ._recording import read_recording
from ._request import Request, url_text
from ._routed_network import RoutedTransport

if TYPE_CHECKING:
    import httpx2

Pattern: TypeAlias = str | re.Pattern[str]

KEPT = 10_000  # requests: a carousel makes 17,280 a day
_NEAR_MISSES = 3
_LIKENESS = 0.6


class Route:
    """Answers the requests to some URLs. Made by `route()` of a dock or of `Routes`."""

    def __init__(self, pattern: Pattern, method: str | None) -> None:
        self._pattern = pattern
        self._method = method
        self._matches = _matcher(pattern)
        self._answers: deque[Answer | Callable[[Request], Answer]] = deque()
        self._first_used = False
        self._requests: deque[Request] = deque(maxlen=KEPT)

    @property
    def requests(self) -> list[Request]:
        """What was asked, in order; the newest 10,000."""
        return list(self._requests)

    def respond(
        self,
        status: int = 200,
        headers: Headers | None = None,
        body: bytes | str | None = None,
        *,
        json: object = _Absent.ABSENT,
        picture: str | Background | Image.Image | None = None,
        delay: float = 0.0,
        fault: Fault | None = None,
    ) -> Route:
        """Add an answer: each is given once, and the last one from then on. Without any, it is an empty 200.

        The parameters are those of `Answer`.

        Returns:
            This route, so that the next answer can follow.
        """
        return self._add(Answer(status, headers, body, json=json, picture=picture, delay=delay, fault=fault))

    def respond_with(self, function: Callable[[Request], Answer]) -> Route:
        """Add an answer that is made by a function when the request comes."""
        return self._add(function)

    def matches(self, method: str, url: str) -> bool:
        """Whether this route answers such a request."""
        return self._method in (None, method) and self.matches_url(url)

    def matches_url(self, url: str) -> bool:
        """Whether it would, but for the method."""
        return self._matches(url)

    def answer(self, request: Request) -> Answer:
        """The answer to a request, which is kept."""
        self._requests.append(request)
        if self._first_used and len(self._answers) > 1:
            self._answers.popleft()
        self._first_used = True
        if not self._answers:
            return Answer()
        first = self._answers[0]
        return first if isinstance(first, Answer) else first(request)

    def unused(self) -> str | None:
        """Which part of this route was never used, if any."""
        if not self._requests:
            return f"the route {self} was never used"
        if (waiting := len(self._answers) - 1) > 0:
            return f"the route {self} still has {waiting} more answer{'s' * (waiting > 1)} to give"
        return None

    def difference(self, request: Request) -> str:
        """In what this route is not for a request."""
        if self.matches_url(request.url):
            return "another method"
        if not isinstance(self._pattern, str) or "*" in self._pattern:
            return "the pattern does not match"
        ours, theirs = urlsplit(self._pattern), urlsplit(request.url)
        for part in ("scheme", "hostname", "port", "path"):
            if getattr(ours, part) != getattr(theirs, part):
                return f"another {part.removesuffix('name')}"
        return "another query"

    def __str__(self) -> str:
        pattern = self._pattern if isinstance(self._pattern, str) else f"/{self._pattern.pattern}/"
        return f"{self._method} {pattern}" if self._method else pattern

    def __repr__(self) -> str:
        return f"<Route {self}>"

    def _add(self, answer: Answer | Callable[[Request], Answer]) -> Route:
        self._answers.append(answer)
        return self


class Routes:
    """Servers in memory for one dock."""

    def __init__(self) -> None:
        self._routes: dict[tuple[Pattern, str | None], Route] = {}
        self._requests: deque[Request] = deque(maxlen=KEPT)
        self.unrouted: list[Request] = []  # a test that allows them may make many, but it chose to

    @property
    def requests(self) -> list[Request]:
        """What the app asked of its servers, in order; the newest 10,000."""
        return list(self._requests)

    def route(self, url: str | re.Pattern[str], *, method: str | None = None) -> Route:
        """The servers at some URLs; of several routes that match, the first one answers.

        Parameters:
            url: a whole URL, or one with `*` for any characters, or a compiled regular expression, which has to match
                from the beginning.
            method: only requests of this method.

        Returns:
            The route. The same URL and method give the same route.

        Raises:
            ValueError: this is not a URL.
        """
        pattern = _normal(url) if isinstance(url, str) and "*" not in url else url
        key = (pattern, method and method.upper())
        if key not in self._routes:
            self._routes[key] = Route(*key)
        return self._routes[key]

    def replay(self, recording: str | Path) -> None:
        """Have servers answer as real ones did: the routes and answers that a recording holds.

        A recording is made with `dl7450 serve`. Requests are told apart by method and URL; of a secret in a URL, which
        is not recorded, any value will do. Of several answers to one request each is given once, in the order of
        asking, and the last one from then on. They take as long as they took, and a request that failed fails with the
        same code; one that the app cancelled is never answered.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is not a recording; the message names the line.
        """
        for exchange in read_recording(Path(recording)):
            self.route(exchange.pattern(), method=exchange.method)._add(exchange.answer())

    def transport(self) -> httpx2.AsyncBaseTransport:
        """A transport for `dl7450.open_dock` that reaches these servers and nothing else."""
        return RoutedTransport(self)

    def answer(self, request: Request) -> Answer:
        """The answer to a request. Without a route there is no such host: libcurl's code 6."""
        self._requests.append(request)
        for route in self._routes.values():
            if route.matches(request.method, request.url):
                return route.answer(request)
        self.unrouted.append(request)
        return _NO_SUCH_HOST

    def unrouted_message(self) -> str | None:
        """What to say about requests without a route, None if there were none."""
        return "\n".join(map(self._explain, self.unrouted[:5])) or None

    def unused_message(self) -> str | None:
        """What to say about routes that were not used, None if all were."""
        return "\n".join(filter(None, (route.unused() for route in self._routes.values()))) or None

    def check(self) -> None:
        """Raise an `AssertionError` if a request had no route, or a route or one of its answers was never used."""
        problems = [problem for problem in (self.unrouted_message(), self.unused_message()) if problem]
        if problems:
            raise AssertionError("\n".join(problems))

    def _explain(self, request: Request) -> str:
        lines = [f"no route for {request.method} {request.url} (at {request.at:g} s)"]
        if misses := self._near_misses(request):
            lines += ["  near misses:", *(f"    {route}: {route.difference(request)}" for route in misses)]
        elif self._routes:
            lines += ["  routes:", *(f"    {route}" for route in self._routes.values())]
        lines.append(f'  if the app is right, add dock.route("{request.url}").respond(...)')
        return "\n".join(lines)

    def _near_misses(self, request: Request) -> list[Route]:
        def likeness(route: Route) -> float:
            if route.matches_url(request.url):
                return math.inf
            pattern = route._pattern if isinstance(route._pattern, str) else route._pattern.pattern
            return SequenceMatcher(None, _without_scheme(pattern), _without_scheme(request.url)).ratio()

        likely = sorted(((likeness(route), -n, route) for n, route in enumerate(self._routes.values())), reverse=True)
        return [route for ratio, _, route in likely[:_NEAR_MISSES] if ratio >= _LIKENESS]


_NO_SUCH_HOST = Answer(fault="dns")


def _without_scheme(url: str) -> str:
    return url.partition("://")[2] or url


def _normal(url: str) -> str:
    try:
        parts = parse_url(url)
    except UrlError as error:
        reason = "neither http nor https" if error.failure is Failure.SCHEME else "not a URL"
        raise ValueError(f"{url!r} is {reason}: write a route as http://content.example/list.json") from None
    return url_text(parts.scheme, parts.host, parts.port, parts.target.decode("latin-1"))


def _matcher(pattern: Pattern) -> Callable[[str], bool]:
    if isinstance(pattern, re.Pattern):
        return lambda url: pattern.match(url) is not None
    if "*" not in pattern:
        return pattern.__eq__
    expression = re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
    return lambda url: expression.fullmatch(url) is not None
