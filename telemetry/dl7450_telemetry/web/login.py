"""`Login`: a token is asked for once, and a cookie remembers that it was given.

There is nothing to keep on the server: the cookie says until when it is good, signed with the token. A new token makes
all cookies worthless.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

COOKIE = "dl7450_login"
LASTS = 7 * 24 * 3600  # seconds
MAX_FORM = 4096  # bytes


class Login:
    """Checks tokens and cookies."""

    def __init__(self, token: str, now: Callable[[], float] = time.time) -> None:
        """
        Parameters:
            token: what is asked for; not empty.
            now: the time in seconds since 1970.

        Raises:
            ValueError: the token is empty.
        """
        if not token:
            raise ValueError("the token is empty: anybody could log in")
        self._token = token.encode()
        self._now = now

    def is_token(self, text: str) -> bool:
        """Whether a text is the token; takes as long for a wrong one."""
        return hmac.compare_digest(text.encode(errors="replace"), self._token)

    def cookie(self) -> str:
        """The value of a new cookie."""
        until = str(int(self._now()) + LASTS)
        return f"{until}.{self._signature(until)}"

    def allows(self, authorization: str, cookies: str) -> bool:
        """Whether the headers `Authorization` and `Cookie` come from somebody who knows the token."""
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return self.is_token(given.strip())
        try:
            morsel = SimpleCookie(cookies).get(COOKIE)
        except CookieError:
            return False
        until, _, signature = (morsel.value if morsel else "").partition(".")
        is_ours = hmac.compare_digest(signature.encode(errors="replace"), self._signature(until).encode())
        return is_ours and int(until) > self._now()

    def _signature(self, until: str) -> str:
        return hmac.new(self._token, until.encode(errors="replace"), hashlib.sha256).hexdigest()
