"""`Recorder`: writes what a served dock asks of its servers to a file, which the pytest plugin replays as routes.

The file is described where it is read: `dl7450/testing/_recording.py`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import httpx2
import trio

from ..http._curl import CurlCode, FailedRequest, code_of
from ..http._messages import DockAnswer
from ..http._sender import decoded
from ..http._transport import DockTransport
from ..testing._recording import RecordedExchange
from ..testing._request import Request
from ..testing._routed_network import described


class Ended(NamedTuple):
    """How a request ended: `status` is an HTTP status, a libcurl code, or None if it was cancelled."""

    status: int | None = None
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytes = b""


class Recorder:
    """Records the exchanges of the transports that it was given, while it is on. For the dock's Trio thread.

    Leaving its block ends the recording.

    Attributes:
        count: exchanges in the file.
        error: why the file could not be written any more; the recording has ended then, and the dock goes on.
        path: the file; that of the last recording, when it has ended.
    """

    def __init__(self) -> None:
        self.path: Path | None = None
        self.count = 0
        self.error: OSError | None = None
        self._file: io.FileIO | None = None
        self._begun = 0.0
        self._asked = 0

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def is_on(self) -> bool:
        """Whether exchanges are recorded now."""
        return self._file is not None

    def start(self, path: Path) -> None:
        """Begin a new recording, in place of what the file holds. Raises `OSError` if it cannot be written."""
        self.stop()
        self._file = io.FileIO(path, "w")
        self.path, self.count, self.error = path, 0, None
        self._begun, self._asked = trio.current_time(), 0

    def stop(self) -> None:
        """End the recording; again, without effect. What is under way is not in it."""
        if self._file is not None:
            self._file.close()
        self._file = None

    def transport(self, transport: DockTransport) -> httpx2.AsyncBaseTransport:
        """The transport of a dock, recorded: for `open_dock`."""
        return _RecordedTransport(transport, self)

    def begin(self) -> Callable[[Request, Ended], None]:
        """A request begins while this is on; returns what is told how it ended, which is written if it still is."""
        file, number, begun = self._file, self._asked, trio.current_time()
        self._asked += 1

        def end(request: Request, ended: Ended) -> None:
            if file is not self._file:
                return
            self._write(
                RecordedExchange(
                    number=number,
                    at=round(begun - self._begun, 6),
                    seconds=round(trio.current_time() - begun, 6),
                    method=request.method,
                    url=request.url,
                    request_headers=tuple(request.headers.items()),
                    request_body=request.body,
                    status=ended.status,
                    headers=tuple((decoded(name), decoded(value)) for name, value in ended.headers),
                    body=ended.body,
                )
            )

        return end

    def _write(self, exchange: RecordedExchange) -> None:
        assert self._file is not None
        line = memoryview(exchange.redacted().to_line().encode())
        try:
            while line:
                line = line[self._file.write(line) :]
        except OSError as error:
            self.error = error
            self.stop()
        else:
            self.count += 1


class _RecordedTransport(httpx2.AsyncBaseTransport):
    def __init__(self, transport: DockTransport, recorder: Recorder) -> None:
        self._transport = transport
        self._recorder = recorder

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if not self._recorder.is_on:
            return await self._transport.handle_async_request(request)
        end = self._recorder.begin()
        asked = await described(request)
        deadline = trio.current_effective_deadline()
        ended = Ended()
        try:
            answer = cast(DockAnswer, await self._transport.handle_async_request(request))
            head, body = answer.head, await answer.body.read(request.extensions["max_body"])
            ended = Ended(head.status_code, head.headers, bytes(body))
        except FailedRequest as failed:
            ended = Ended(code_of(failed.failure, request.extensions["exchange"]))
            raise
        finally:
            if ended.status is None and trio.current_time() >= deadline:  # the app's timeout
                ended = Ended(CurlCode.OPERATION_TIMEDOUT)
            end(asked, ended)
        return httpx2.Response(
            head.status_code,
            headers=head.headers,
            stream=httpx2.ByteStream(ended.body),
            extensions={"http_version": b"HTTP/" + head.http_version},
        )

    async def aclose(self) -> None:
        await self._transport.aclose()
