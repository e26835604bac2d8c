"""Servers of the examples, on loopback."""

import threading
from collections.abc import Generator
from contextlib import contextmanager

from examples.content_server import ContentServer


@contextmanager
def content_server() -> Generator[str]:
    """The demo's content server; gives its URL."""
    with ContentServer(0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()
