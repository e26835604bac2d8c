"""A Trio program: fetches many URLs over one dock and stops at the first failure.

    python examples/structured.py http://127.0.0.1:8450/picture/1.png

One task per URL in an ordinary nursery. The dock lets 16 of them make their request at a time (`wait=True`); when one
fails, cancelling the nursery ends all the others, and leaving the `async with` block leaves nothing behind.
"""

import sys

import trio

import dl7450


async def fetch_all(urls: list[str]) -> list[bytes]:
    """Fetch URLs side by side.

    Returns:
        The bodies of all, in the order of the URLs.

    Raises:
        OSError: one could not be fetched; the requests for the others were cancelled.
    """
    bodies = [b""] * len(urls)
    failures: list[str] = []

    async with dl7450.open_dock() as dock, trio.open_nursery() as nursery:

        async def fetch(index: int, url: str) -> None:
            response = await dock.http.get(url, wait=True)
            if response.status_code() == 200:
                bodies[index] = bytes(response.body())
            else:
                failures.append(f"{url}: status {response.status_code()}")
                nursery.cancel_scope.cancel(reason="a fetch failed")

        for index, url in enumerate(urls):
            nursery.start_soon(fetch, index, url)

    print(dock.http.statistics())
    if failures:
        raise OSError(failures[0])
    return bodies


if __name__ == "__main__":
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8450/picture/1.png"
    fetched = trio.run(fetch_all, [url] * 100)
    print(f"{len(fetched)} bodies, {sum(map(len, fetched))} bytes")
