"""Faults of the machine: the process is killed while it keeps spans, and the disk is full."""

import random
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dl7450_telemetry.fleet.store import open_store
from tests.fleet._otlp import requests_of_docks

KILLS = 20


@contextmanager
def a_server(store: Path) -> Generator[tuple[subprocess.Popen[str], str]]:
    """`dl7450 fleet serve` as a process of its own, and its URL."""
    command = [sys.executable, "-m", "dl7450", "fleet", "serve", "--store", str(store), "--otlp", "127.0.0.1:0"]
    command += ["--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            yield process, process.stderr.readline().strip().removeprefix("OTEL_EXPORTER_OTLP_ENDPOINT=")
        finally:
            process.kill()


@contextmanager
def a_small_disk(folder: Path) -> Generator[Path]:
    """A disk of 12 MiB."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=12m", "fleet-test", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def send(url: str, body: bytes) -> int:
    request = urllib.request.Request(
        f"{url}/v1/traces", data=body, headers={"Content-Type": "application/x-protobuf"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_what_is_acknowledged_survives_any_kill(tmp_path: Path) -> None:
    chance = random.Random(4)
    acknowledged: set[str] = set()
    sent = 0
    for _ in range(KILLS):
        with a_server(tmp_path / "fleet") as (process, url):
            killer = threading.Timer(chance.uniform(0, 0.2), process.kill)
            for _ in range(200):
                sent += 1
                export = requests_of_docks("A1", spans=300, seed=sent)
                try:
                    status = send(url, export.SerializeToString())
                except OSError:
                    break  # killed before it answered
                assert status == 200
                if killer.ident is None:
                    killer.start()  # after the first acknowledgement, however slow the machine is
                acknowledged |= {span.span_id.hex() for span in export.resource_spans[0].scope_spans[0].spans}
            killer.join()
    store = open_store(str(tmp_path / "fleet"))
    kept = {row[0] for row in store.query("SELECT SpanId FROM otel_traces", {})}
    store.close()
    assert acknowledged - kept == set()
    assert len(acknowledged) >= 300 * KILLS


def test_a_full_disk_is_told_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with a_small_disk(tmp_path / "disk") as disk, a_server(disk / "fleet") as (process, url):
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(6 << 20))
        statuses: list[int] = []
        while len(statuses) < 100 and statuses[-1:] != [503]:
            export = requests_of_docks("A1", spans=2000, seed=len(statuses))
            statuses.append(send(url, export.SerializeToString()))
        ballast.unlink()
        after = send(url, requests_of_docks("A1", spans=10, seed=999).SerializeToString())
        process.terminate()
        process.wait(20)
        store = open_store(str(disk / "fleet"))
        [(kept,)] = store.query("SELECT count(DISTINCT SpanId) FROM otel_traces", {})
        store.close()
    assert (set(statuses), statuses.count(503), after) == ({200, 503}, 1, 200)
    assert kept >= 2000 * (len(statuses) - 1) + 10
