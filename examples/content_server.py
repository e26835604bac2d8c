"""A real HTTP server with generated pictures, for the demo and for trying an app.

    python -m examples.content_server --port 8450

It serves /content.json and a dozen pictures of different sizes; one is missing, one is slow, and one is on a port where
nobody listens.
"""

import argparse
import io
import json
import socket
import sys
import time
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image, ImageDraw, ImageFont

SIZES = [
    (1920, 1080),
    (1280, 720),
    (800, 600),
    (640, 480),
    (2560, 1440),
    (1080, 1920),
    (1024, 1024),
    (320, 240),
    (1600, 400),
]
MISSING, SLOW, CLOSED_PORT = 4, 7, 10  # numbers of the pictures that misbehave
PICTURES = 12
SLOW_SECONDS = 1.5


@cache
def picture(number: int) -> bytes:
    """A PNG with a colour gradient, its number and its size."""
    width, height = SIZES[number % len(SIZES)]
    hue = number * 255 // PICTURES
    gradient = Image.linear_gradient("L").resize((width, height)).point(lambda level: 80 + level // 2)
    image = Image.merge("HSV", [Image.new("L", (width, height), hue), Image.new("L", (width, height), 150), gradient])
    image = image.convert("RGB")
    draw = ImageDraw.Draw(image)
    for text, y, part in ((f"{number}", 0.5, 2), (f"{width} x {height}", 0.9, 16)):
        font = ImageFont.load_default(min(width, height) / part)
        draw.text((width / 2, height * y), text, fill="white", anchor="mm", font=font)
    data = io.BytesIO()
    image.save(data, format="PNG", compress_level=1)
    return data.getvalue()


def closed_port() -> int:
    """A loopback port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class ContentServer(ThreadingHTTPServer):
    """Serves the content list and the pictures on loopback."""

    request_queue_size = 64  # sixteen connections at once overflow the usual 5, and some come a second late

    def __init__(self, port: int) -> None:
        """
        Parameters:
            port: where it listens; 0 takes a free one.
        """
        super().__init__(("127.0.0.1", port), _Content)
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Content(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body in one segment

    def do_GET(self) -> None:
        if self.path == "/content.json":
            self.answer(200, "application/json", json.dumps(self.content()).encode())
        elif self.path.startswith("/picture/") and self.path != f"/picture/{MISSING}.png":
            number = int(self.path.removeprefix("/picture/").removesuffix(".png"))
            if number == SLOW:
                time.sleep(SLOW_SECONDS)
            self.answer(200, "image/png", picture(number))
        else:
            self.answer(404, "text/plain", b"no such picture\n")

    def content(self) -> dict[str, object]:
        """What /content.json says: seconds for a picture, and the pictures' URLs."""
        assert isinstance(self.server, ContentServer)
        urls = [f"{self.server.url}/picture/{number}.png" for number in range(1, PICTURES + 1)]
        urls[CLOSED_PORT - 1] = f"http://127.0.0.1:{closed_port()}/picture/{CLOSED_PORT}.png"
        return {"seconds": 0.75, "pictures": urls}

    def answer(self, status: int, content_type: str, body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the demo's output is the dock's."""


def main() -> None:
    """Serve until Ctrl-C; the first line of the output is the URL."""
    parser = argparse.ArgumentParser(description="Serve a content list and generated pictures on loopback.")
    parser.add_argument("--port", type=int, default=8450, help="the port; 0 takes a free one (default 8450)")
    port = parser.parse_args().port
    try:
        server = ContentServer(port)
    except (OSError, OverflowError) as error:
        sys.exit(f"cannot listen on port {port}: {error}; --port 0 takes a free one")
    with server, suppress(KeyboardInterrupt):
        print(server.url, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
