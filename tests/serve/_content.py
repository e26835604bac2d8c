"""A content server on loopback whose answers wait until they are let go."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trio

PATIENCE = 60.0  # seconds, on a busy machine


class ContentServer:
    """Answers each path that it knows with a type and a body, when `let_go` is set, and hangs up on others.

    Attributes:
        url: without a slash at its end.
        asked: set when a request has come.
        let_go: set to have them answered.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked = threading.Event()
        self.let_go = threading.Event()

    async def wait_asked(self) -> None:
        """Wait until a request has come."""
        assert await trio.to_thread.run_sync(self.asked.wait, PATIENCE)


@contextmanager
def content_server(answers: Mapping[str, tuple[str, bytes]]) -> Generator[ContentServer]:
    """Serve these for the length of the block; whatever waits is let go at its end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content.asked.set()
            content.let_go.wait(PATIENCE)
            if self.path not in answers:
                return
            kind, body = answers[self.path]
            self.send_response_only(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        content = ContentServer(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield content
        finally:
            content.let_go.set()
            server.shutdown()
            thread.join()
