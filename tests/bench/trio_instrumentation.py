"""What `dl7450_telemetry.instrument_trio()` costs: `python -m tests.bench.trio_instrumentation [ROUNDS]`.

The same program runs with and without it, in turn, so that whatever else the machine does hits both alike; the
figure is the median of the ratios of neighbours. The programs, from the worst case to a real one:

* `checkpoints`: tasks that do nothing but pass checkpoints, so a step is as short as Trio can make it;
* `echo`: clients that send 1 KiB over loopback TCP and wait until it comes back;
* `get`: HTTP requests with httpx2 over kept-alive loopback connections.

Columns: `off` in milliseconds, the others as ratios to it. `hooks`: with a meter that does nothing, so the rest of
`on` is the OpenTelemetry SDK; `all`: every short step is recorded too (`sample_interval=0`).
"""

import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import httpx2
import trio
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from dl7450_telemetry import instrument_trio

TASKS = 16
KIB = bytes(1024)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + KIB

Program = Callable[[], Awaitable[None]]


async def in_each_of_16_tasks(program: Program) -> None:
    async with trio.open_nursery() as nursery:
        for _ in range(TASKS):
            nursery.start_soon(program)


async def checkpoints() -> None:
    async def pass_checkpoints() -> None:
        for _ in range(500):
            await trio.lowlevel.checkpoint()

    await in_each_of_16_tasks(pass_checkpoints)


async def echo() -> None:
    async def serve(stream: trio.SocketStream) -> None:
        async for data in stream:
            await stream.send_all(data)

    async def talk() -> None:
        stream = await trio.open_tcp_stream("127.0.0.1", port)
        async with stream:
            for _ in range(50):
                await stream.send_all(KIB)
                missing = len(KIB)
                while missing:
                    missing -= len(await stream.receive_some())

    async with trio.open_nursery() as nursery:
        port = await start_server(nursery, serve)
        await in_each_of_16_tasks(talk)
        nursery.cancel_scope.cancel()


async def get() -> None:
    async def serve(stream: trio.SocketStream) -> None:
        async for _ in stream:
            await stream.send_all(ANSWER)

    async with trio.open_nursery() as nursery:
        port = await start_server(nursery, serve)
        async with httpx2.AsyncClient(trust_env=False) as client:

            async def fetch() -> None:
                for _ in range(10):
                    (await client.get(f"http://127.0.0.1:{port}/")).raise_for_status()

            await in_each_of_16_tasks(fetch)
        nursery.cancel_scope.cancel()


async def start_server(nursery: trio.Nursery, serve: Callable[[trio.SocketStream], Awaitable[None]]) -> int:
    listeners = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
    port: int = listeners[0].socket.getsockname()[1]
    return port


INSTRUMENTATIONS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "off": nullcontext,
    "hooks": partial(instrument_trio, meter_provider=NoOpMeterProvider()),
    "on": partial(instrument_trio, meter_provider=MeterProvider([InMemoryMetricReader()])),
    "all": partial(instrument_trio, meter_provider=MeterProvider([InMemoryMetricReader()]), sample_interval=0),
}


def seconds(program: Program, instrumentation: Callable[[], AbstractContextManager[None]]) -> float:
    async def main() -> None:
        with instrumentation():
            await program()

    started = time.perf_counter()
    trio.run(main)
    return time.perf_counter() - started


def main(rounds: int) -> None:
    print(f"{'program':12}  {'off':>8}", *(f"{name:>7}" for name in list(INSTRUMENTATIONS)[1:]))
    for program in (checkpoints, echo, get):
        seconds(program, INSTRUMENTATIONS["on"])  # warms up imports and caches
        times = [[seconds(program, how) for how in INSTRUMENTATIONS.values()] for _ in range(rounds)]
        off, *ratios = zip(*([off, *(t / off for t in others)] for off, *others in times), strict=True)
        print(
            f"{program.__name__:12}  {statistics.median(off) * 1000:5.1f} ms",
            *(f"{statistics.median(ratio):7.2f}" for ratio in ratios),
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
