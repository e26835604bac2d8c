"""What an app gets for an answer: functions run as apps on a dock of their own."""

from collections.abc import Callable
from typing import TypeVar

import httpx2

from dl7450 import open_dock
from dl7450._device.device import Device

T = TypeVar("T")


def _no_request(request: httpx2.Request) -> httpx2.Response:
    raise AssertionError(f"these apps make no requests, but this one wants {request.url}")


async def result_of(app: Callable[[], T], device: Device | None = None) -> T:
    """Run an app on a new dock, until nothing can call it any more, and return what it returned."""
    results: list[T] = []
    async with open_dock(device=device, transport=httpx2.MockTransport(_no_request)) as dock:
        await dock.run_app(lambda: results.append(app()))
    return results[0]
