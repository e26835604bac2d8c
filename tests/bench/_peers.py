"""The peers: what people would use instead of dl7450, each as its documentation shows it, with its defaults."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from io import BytesIO

# The stable semantic conventions, which are the ones that dl7450 follows; read when the first client is instrumented.
os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "http"

import aiohttp
import httpx
import httpx2
import niquests
import pycurl
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

from ._server import Site
from ._sinks import SINKS, to_sink
from ._telemetry import Telemetry, dropped, sdk_to, untraced
from ._work import AsyncFetch, Fetch, Sample, Subject, Timer, Work, in_a_thread, on_asyncio, on_trio

CURL_PATIENCE = 1.0  # seconds that curl's multi interface waits for something to happen, at most


@asynccontextmanager
async def httpx2_client(work: Work, site: Site, _: Telemetry) -> AsyncGenerator[AsyncFetch]:
    async with httpx2.AsyncClient(headers=work.headers, verify=site.ssl_context()) as client:

        async def fetch(url: str) -> int:
            try:
                response = await client.get(url)
            except httpx2.TransportError:
                return 0
            return len(response.content) if response.status_code == 200 else 0

        yield fetch


@asynccontextmanager
async def httpx_client(work: Work, site: Site, telemetry: Telemetry) -> AsyncGenerator[AsyncFetch]:
    async with httpx.AsyncClient(headers=work.headers, verify=site.ssl_context()) as client:
        HTTPXClientInstrumentor.instrument_client(client, telemetry.tracer_provider, telemetry.meter_provider)

        async def fetch(url: str) -> int:
            try:
                response = await client.get(url)
            except httpx.TransportError:
                return 0
            return len(response.content) if response.status_code == 200 else 0

        yield fetch


@asynccontextmanager
async def aiohttp_session(work: Work, site: Site, telemetry: Telemetry) -> AsyncGenerator[AsyncFetch]:
    instrumentor = AioHttpClientInstrumentor()
    if telemetry.tracer_provider:
        instrumentor.instrument(tracer_provider=telemetry.tracer_provider, meter_provider=telemetry.meter_provider)
    connector = aiohttp.TCPConnector(ssl=site.ssl_context())
    try:
        async with aiohttp.ClientSession(connector=connector, headers=work.headers) as session:

            async def fetch(url: str) -> int:
                try:
                    async with session.get(url) as response:
                        body = await response.read()
                except aiohttp.ClientConnectionError:
                    return 0
                return len(body) if response.status == 200 else 0

            yield fetch
    finally:
        if telemetry.tracer_provider:
            instrumentor.uninstrument()


def measure_curl_multi(work: Work, site: Site) -> Sample:
    timer = Timer(work, untraced(site))
    multi = pycurl.CurlMulti()
    idle = [_curl(work, site) for _ in range(work.in_flight)]

    def fetch_all(urls: list[str]) -> None:
        queue, running = iter(urls), 0
        exhausted = False
        while True:
            while idle and not exhausted:
                url = next(queue, None)
                if url is None:
                    exhausted = True
                    break
                curl = idle.pop()
                curl.body = BytesIO()
                curl.setopt(pycurl.URL, url)
                curl.setopt(pycurl.WRITEDATA, curl.body)
                multi.add_handle(curl)
                running += 1
            if not running:
                return
            multi.perform()
            _, succeeded, failed = multi.info_read()
            for curl in succeeded:
                if curl.getinfo(pycurl.RESPONSE_CODE) == 200:
                    timer.received += len(curl.body.getvalue())
            for curl in [*succeeded, *(curl for curl, *_ in failed)]:
                multi.remove_handle(curl)
                idle.append(curl)
                running -= 1
            if not succeeded and not failed:
                multi.select(CURL_PATIENCE)

    fetch_all(work.warm_up_urls(site))
    with timer.running():
        fetch_all(work.urls(site))
    multi.close()
    return timer.sample


@contextmanager
def httpx2_sync_client(work: Work, site: Site, _: Telemetry) -> Generator[Fetch]:
    with httpx2.Client(headers=work.headers, verify=site.ssl_context()) as client:

        def fetch(url: str) -> int:
            try:
                response = client.get(url)
            except httpx2.TransportError:
                return 0
            return len(response.content) if response.status_code == 200 else 0

        yield fetch


@contextmanager
def niquests_session(work: Work, site: Site, _: Telemetry) -> Generator[Fetch]:
    with niquests.Session() as session:
        session.headers.update(work.headers)

        def fetch(url: str) -> int:
            try:
                response = session.get(url, verify=site.ca_file)
            except niquests.ConnectionError:
                return 0
            return len(response.content or b"") if response.status_code == 200 else 0

        yield fetch


@contextmanager
def curl_easy(work: Work, site: Site, _: Telemetry) -> Generator[Fetch]:
    curl = _curl(work, site)

    def fetch(url: str) -> int:
        body = BytesIO()
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.WRITEDATA, body)
        try:
            curl.perform()
        except pycurl.error:
            return 0
        return len(body.getvalue()) if curl.getinfo(pycurl.RESPONSE_CODE) == 200 else 0

    yield fetch
    curl.close()


def _curl(work: Work, site: Site) -> pycurl.Curl:
    curl = pycurl.Curl()
    curl.setopt(pycurl.CAINFO, site.ca_file)
    curl.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in work.headers.items()])
    return curl


HTTPX2_ASYNC = "httpx2.AsyncClient"
HTTPX_TRACED = "httpx + OpenTelemetry"
AIOHTTP = "aiohttp"
AIOHTTP_TRACED = "aiohttp + OpenTelemetry"
HTTPX2_SYNC = "httpx2.Client"

PEERS = [
    Subject(HTTPX2_ASYNC, "async", on_trio(httpx2_client)),
    Subject(HTTPX_TRACED, "async", on_trio(httpx_client, dropped)),  # a third faster than on asyncio
    *[Subject(to_sink(HTTPX_TRACED, sink), "async", on_trio(httpx_client, sdk_to(sink))) for sink in SINKS],
    Subject(AIOHTTP, "async", on_asyncio(aiohttp_session)),
    Subject(AIOHTTP_TRACED, "async", on_asyncio(aiohttp_session, dropped)),
    *[Subject(to_sink(AIOHTTP_TRACED, sink), "async", on_asyncio(aiohttp_session, sdk_to(sink))) for sink in SINKS],
    Subject("pycurl multi", "async", measure_curl_multi),
    Subject(HTTPX2_SYNC, "sync", in_a_thread(httpx2_sync_client)),
    Subject("niquests", "sync", in_a_thread(niquests_session)),
    Subject("pycurl", "sync", in_a_thread(curl_easy)),
]
