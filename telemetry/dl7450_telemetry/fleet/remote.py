"""Asks a running server instead of its store, which only the server has open."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from .._format import printable, without_secrets
from .filters import Filters
from .questions import question_with

PATIENCE = 60.0  # seconds


class ServerError(Exception):
    """The server cannot be asked, or does not answer; the message says why."""


def ask_server(
    url: str, question: str, filters: Filters, id: str | None, form: Literal["csv", "json"], token: str | None
) -> str:
    """The answer to a question as text.

    Parameters:
        url: of the server's pages.
        question: its name; `alerts` has no filters.
        filters: which spans it is about.
        id: of the dock or trace that it is about.
        form: of the answer.
        token: what the server asks for, if it does.

    Raises:
        ServerError: there is no answer.
        ValueError: there is no such question, or it takes an id, or takes none.
    """
    import httpx2

    if question != "alerts":
        question_with(question, () if id is None else ("id",))
    path = quote(question, safe="") + ("" if id is None else "/" + quote(id, safe=""))
    headers = {"Accept": "application/json, text/csv"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        answer = httpx2.get(
            f"{url.rstrip('/')}/tables/{path}.{form}",
            params=tuple(filters.pairs()),
            headers=headers,
            timeout=PATIENCE,
        )
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ServerError(f"{without_secrets(url)} cannot be asked: {error}") from None
    if not answer.is_success:
        said = printable(" ".join(answer.text[:500].split()))
        if answer.status_code == 404:
            said += ": name the address of its pages, which `dl7450 fleet serve` prints"
        raise ServerError(f"{without_secrets(url)} answers {answer.status_code}: {said}")
    return answer.text
