"""A stream to a broker: TCP, in it TLS and WebSocket where its URL says so."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path

import trio

from ..http._curl import FailedRequest, Failure
from ..http._exchange import Exchange
from ..http._network import Network, close, connect
from ..http._tls import new_trust, trust
from .arguments import Broker, Options
from .websocket import open_websocket


async def open_connection(network: Network, broker: Broker, options: Options, exchange: Exchange) -> trio.abc.Stream:
    """Open a connection to a broker, and write down in the exchange what happened.

    Raises:
        FailedRequest: it cannot be made, or the broker is not trusted.
    """
    context = _context(options) if broker.tls else None
    _, connection = await connect(network, broker.host, broker.port, exchange)
    stream = connection.stream
    try:
        if context is not None:
            with exchange.phase(f"TLS client handshake {broker.host}"):
                stream = await connection.handshake(stream, context, broker.host)
        if broker.websocket:
            stream = await open_websocket(stream, broker.host, broker.port)
    except (trio.BrokenResourceError, OSError, ValueError) as error:  # ValueError: no name for a certificate
        await close(stream)
        raise FailedRequest(Failure.TLS) from error
    except BaseException:
        await close(stream)
        raise
    return stream


def _context(options: Options) -> ssl.SSLContext:
    if options.key_store is None or options.private_key is None:
        return trust(options.trust_store).context
    context = new_trust(options.trust_store).context
    try:
        # Python loads a chain from files only. This one is readable by its owner alone, and gone when it has been read.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "client.pem")
            path.touch(mode=0o600)
            path.write_text(f"{options.key_store}\n{options.private_key}\n", encoding="utf-8")
            # With a password, which the dock's options do not have: else OpenSSL would ask for one in the terminal.
            context.load_cert_chain(path, password="")
    except OSError as error:  # an SSLError is one, too
        raise FailedRequest(Failure.CACERT, f"key_store and private_key cannot be used: {error}") from error
    return context
