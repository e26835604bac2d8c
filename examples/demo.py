"""The main job in ten seconds: runs the carousel against a real server and leaves its frames in demo-out/.

make demo

The server and the run are in this one process, so that whatever signal ends it leaves nothing behind.
"""

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from dl7450 import cli
from dl7450._screen.frames import contact_sheet

from .content_server import ContentServer

SECONDS = 10
OUT = Path("demo-out")
APP = Path("examples/carousel.py")


def main() -> int:
    """Run the demo; gives the exit status of `dl7450 run`, or 1 if there is no frame."""
    OUT.mkdir(exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    with serving() as url:
        print(f"A content server listens at {url}. Running {APP} against it for {SECONDS} seconds.", flush=True)
        status = dl7450(
            *("run", APP, "--for", SECONDS, "--set", f"server={url}"),
            *("--frames", OUT, "--trace-file", OUT / "traces.jsonl"),
        )
    frames = sorted(OUT.glob("frame-*.png"))
    if not frames:
        print("No frame was rendered: see the messages above.")
        return status or 1
    contact_sheet(frames).save(OUT / "contact-sheet.png")
    print(f"\n{len(frames)} frames, a contact sheet of them (contact-sheet.png) and traces.jsonl are in {OUT}/.")
    print(f"Look at the traces again:  .venv/bin/dl7450 trace {OUT / 'traces.jsonl'} --slowest 3")
    return status


@contextmanager
def serving() -> Generator[str]:
    """Serve the demo's content on a free port while the block runs; gives the URL."""
    with ContentServer(0) as server:
        thread = threading.Thread(target=server.serve_forever, name="content server", daemon=True)
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()


def dl7450(*arguments: object) -> int:
    """Do what the command `dl7450` does; gives its exit status."""
    try:
        cli.main([str(argument) for argument in arguments], prog_name="dl7450")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
