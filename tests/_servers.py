"""Servers of the examples, on loopback."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

from examples.content_server import Content


@contextmanager
def content_server() -> Generator[str]:
    """The demo's content server; gives its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Content) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
