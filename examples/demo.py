"""The main job in ten seconds: runs the carousel against a real server and leaves its frames in demo-out/.

make demo
"""

import subprocess
import sys
from pathlib import Path

from dl7450._screen.frames import contact_sheet

SECONDS = 10
OUT = Path("demo-out")
APP = Path("examples/carousel.py")


def main() -> int:
    """Run the demo; gives the exit status of `dl7450 run`, or 1 if there is no frame."""
    OUT.mkdir(exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    serve = [sys.executable, "-m", "examples.content_server", "--port", "0"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            url = server.stdout.readline().strip()
            print(f"A content server listens at {url}. Running {APP} against it for {SECONDS} seconds.", flush=True)
            command = [sys.executable, "-m", "dl7450", "run", str(APP), "--for", str(SECONDS), "--frames", str(OUT)]
            status = subprocess.call([*command, "--set", f"server={url}", "--trace-file", str(OUT / "traces.jsonl")])
        finally:
            server.terminate()
    frames = sorted(OUT.glob("frame-*.png"))
    if not frames:
        print("No frame was rendered: see the messages above.")
        return status or 1
    contact_sheet(frames).save(OUT / "contact-sheet.png")
    print(f"\n{len(frames)} frames, a contact sheet of them (contact-sheet.png) and traces.jsonl are in {OUT}/.")
    print(f"Look at the traces again:  .venv/bin/dl7450 trace {OUT / 'traces.jsonl'} --slowest 3")
    return status


if __name__ == "__main__":
    sys.exit(main())
