"""The fields of a form that a page sends."""

from __future__ import annotations

from contextlib import aclosing
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request


async def form_fields(request: Request, max_bytes: int) -> dict[str, str]:
    """The fields by their names.

    Parameters:
        request: what brings the form.
        max_bytes: how large it may be.

    Raises:
        HTTPException: it is larger (413).
    """
    body = b""
    async with aclosing(request.stream()) as stream:
        async for chunk in stream:
            body += chunk
            if len(body) > max_bytes:
                raise HTTPException(413, "That form is too long.")
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
