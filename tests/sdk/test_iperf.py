"""The dock's iperf client, and the checksum of its code."""

import json
import shutil
import socket
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio

import dl7450
from dl7450 import datastore, iperf
from dl7450._dock import iperf as tests_of_the_network
from dl7450.testing import MakeDock, TestDock

IPERF3 = shutil.which("iperf3")
needs_iperf3 = pytest.mark.skipif(IPERF3 is None, reason="no iperf3 here: apt-get install iperf3")
PATIENCE = 30.0  # seconds
SERVER = "speed.example"


def test_on_virtual_time_the_result_is_that_of_the_described_network(make_dock: MakeDock, tmp_path: Path) -> None:
    (tmp_path / "dock.yaml").write_text("dock: {network: {bandwidth: 94.1e6}}\n")
    dock = make_dock(store=tmp_path / "dock.yaml")
    results: list[dict[str, object]] = []
    dock.run_app(lambda: iperf.IperfClient(SERVER, 5201).run(results.append))
    dock.advance(9.9)
    assert results == []
    dock.advance(0.1)
    assert results == [tests_of_the_network.invented(SERVER, 5201, 94.1e6, 1_767_225_600)]
    assert [interval["sum"]["bits_per_second"] for interval in results[0]["intervals"]] == [94.1e6] * 10  # type: ignore[attr-defined]
    assert dock.span_tree("dl7450.event").endswith(
        "dl7450.callback dl7450.event=iperf speed.example:5201 -> dl7450.app"
    )


def test_without_a_network_there_is_an_error_and_no_interval(dock: TestDock) -> None:
    results: list[dict[str, object]] = []
    dock.set_online(False)
    dock.run_app(lambda: iperf.IperfClient(SERVER, 5201).run(results.append))
    error = "unable to connect to server: Network is unreachable"
    assert results == [{"start": {"connected": []}, "intervals": [], "end": {}, "error": error}]


def test_nobody_need_be_told(dock: TestDock) -> None:
    dock.run_app(lambda: iperf.IperfClient(SERVER, 5201).run())
    dock.advance(10)
    assert [span.name for span in dock.spans] == ["dl7450.app"]


async def _measure(port: int) -> dict[str, object]:
    results: list[dict[str, object]] = []
    async with dl7450.open_dock() as dock:
        with trio.fail_after(PATIENCE):
            await dock.run_app(lambda: iperf.IperfClient("127.0.0.1", port).run(results.append))
    (result,) = results
    return result


@pytest.fixture
def iperf3_server() -> Iterator[int]:
    """The port of a server of this test's own."""
    assert IPERF3 is not None
    port = _free_port()
    command = [IPERF3, "--server", "--one-off", "--forceflush", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if "listening" in line:
                break
        yield port
        server.kill()


@needs_iperf3
async def test_iperf3_measures_where_it_is_installed(iperf3_server: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tests_of_the_network, "SECONDS", 1)
    result = await _measure(iperf3_server)
    assert len(result["intervals"]) == 1  # type: ignore[arg-type]
    assert result["end"]["sum_sent"]["bits_per_second"] > 0  # type: ignore[index]


@needs_iperf3
async def test_a_server_that_is_not_there_is_told_as_iperf3_does() -> None:
    result = await _measure(_free_port())
    assert (result["intervals"], result["error"]) == ([], "unable to connect to server: Connection refused")


@pytest.mark.parametrize("output", ["", "oops", "[1]", "[" * 50_000])
async def test_a_program_that_prints_no_json_gives_an_empty_dict(
    output: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "iperf3"
    program.write_text(f"#!/bin/sh\nprintf %s {json.dumps(output)}\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert await _measure(5201) == {}


async def test_a_program_that_cannot_be_started_is_a_test_that_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "iperf3"
    program.write_text("#!/missing/sh\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert await _measure(5201) == {
        "start": {"connected": []},
        "intervals": [],
        "end": {},
        "error": "unable to start iperf3: No such file or directory",
    }


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: iperf.IperfClient(3, 5201), TypeError, "hostname must be str, not int"),  # type: ignore[arg-type]
        (lambda: iperf.IperfClient("a", "5201"), TypeError, "port must be int, not str"),  # type: ignore[arg-type]
        (lambda: iperf.IperfClient("--version", 5201), ValueError, "hostname must be a name or an address"),
        (lambda: iperf.IperfClient("a", 0), ValueError, "port must be from 1 to 65535, not 0"),
        (lambda: iperf.IperfClient("a", 1).run(3), TypeError, "on_complete must be a function of one parameter"),  # type: ignore[arg-type]
        (lambda: iperf.IperfClient("a", 1).run(_async), TypeError, "on_complete must be a plain function"),
    ],
)
def test_misuse_is_an_error_that_names_the_fix(
    make: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value).startswith(message)


async def _async(result: object) -> None: ...


def test_the_checksum_tells_one_code_from_another(make_dock: MakeDock, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("pass\n")
    (tmp_path / "dock.yaml").write_text("code: {path: app.py}\n")
    sums: list[dict[str, int]] = []
    make_dock(store=tmp_path / "dock.yaml").run_app(lambda: sums.append(datastore.CodeStore().info()))
    make_dock().run_app(lambda: sums.append(datastore.CodeStore().info()))
    assert sums == [{"checksum": zlib.crc32(b"pass\n")}, {"checksum": 0}]


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])
