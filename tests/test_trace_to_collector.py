"""The commands of examples/trace_to_collector.md work as pasted."""

import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

DOCUMENT = Path("examples/trace_to_collector.md")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def _running(command: str, ready: bytes, environment: dict[str, str]) -> Generator[list[bytes]]:
    """Run a command until the block ends; begin the block when it has said that it is ready. Gives its output."""
    output: list[bytes] = []
    process = subprocess.Popen(
        ["bash", "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,  # the shell's children end with it
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            output.append(line)
            if ready in line:
                break
        yield output
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        output += process.stdout.readlines()
        process.stdout.close()
        process.wait()


def test_the_commands_deliver_complete_connected_traces(tmp_path: Path) -> None:
    text = DOCUMENT.read_text(encoding="utf-8").replace(".venv/bin", str(Path(sys.executable).parent))
    for port in ("4318", "4317", "8450"):  # what the document says may be taken here
        text = text.replace(port, str(_free_port()))
    [collector, server, app] = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    url = f"http://127.0.0.1:{server.split()[-1]}"
    environment = os.environ | {
        "PYTHONUNBUFFERED": "1",
        "ROTEL_PID_FILE": str(tmp_path / "pid"),
        "LD_LIBRARY_PATH": sysconfig.get_config_var("LIBDIR"),  # the collector is linked with libpython
    }
    with (
        _running(collector, b"Starting Rotel", environment) as received,
        _running(server, b"http://127.0.0.1", environment),
    ):
        done = subprocess.run(
            ["bash", "-c", app.replace("--for 5", f"--for 1 --set server={url}")],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 0
    assert re.fullmatch(r"dock [0-9A-F]{64}\n", done.stderr)
    spans = b"".join(received).decode().split("Span #")
    names = [re.search(r"Name +: (.*)", span) for span in spans[1:]]
    assert {"dl7450.app", "dl7450.timer", "dl7450.render", "GET"} <= {name[1] for name in names if name}
    assert "device.id" in spans[0]
    ids = set(re.findall(r" ID +: ([0-9a-f]+)", "".join(spans)))
    parents = set(re.findall(r"Parent ID +: ([0-9a-f]+)", "".join(spans)))
    assert parents <= ids  # connected: no parent is missing
