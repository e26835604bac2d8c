"""URLs put together at random are refused by both libcurl and the dock, or asked for in the same words."""

import random
from collections.abc import Sequence

import pycurl
import pytest
import trio

import dl7450
from dl7450.http._network import Address, TrioNetwork
from tests.conformance._scenario import FINE
from tests.conformance._server import FaultServer, fault_server

# Pieces of URLs. Left out is what the table of scenarios has as a difference: non-ASCII hosts and queries.
PIECES = {
    "scheme": "http:// HTTP:// http:/ http:/// http://// http: // h:// foo:// 1h:// h_t:// http//",
    "user": "u@ u:p@ u:@ :p@ @ u%40:p%3a@ u@v@ u/x@ u%zz@ ü@ u;a@ u#@ [u@ u:p:q@ u%2@",
    "host": r"""
        a.test A.Test a.test. 127.0.0.1 127.1 0x7f.1 0177.1 1.2.3.4.5 1.2.3. 1.2.3.4. 127.0.0.1.. 1 1. 0 08 0x 0x1
        0xg 4294967295 4294967296 1.2.65535 1.2.65536 [::1] [::1 [::zz] [] [::] [::1]x [1.2.3.4] [::ffff:1.2.3.4]
        [0:0::1] [::1%lo] [::1%25lo] [::1%7] [::1%12] [::1%4294967296] [::1%999999999999999] [::1%25999999999999999]
        [::1%2525] [::1%25%41] [::1%25lo%20] [::1%25a+b] [::1%251234567890123456]
        a..b a.. . .. .a a%62c a%20b a%00 a% a%2 a%zz a\b a|b a^b a`b a{b a~b a!b a$b a&b a'b a(b a*b a+b
        a,b a;b a=b a_b a"b a<b -a xn--a ftp.a FTP.a smtp.a ftpx.a""",
    "port": ":80 :080 :0 :65535 :65536 : :-1 :x :8x :+1 :99999999999999999999 :00080",
    "target": r"""
        / /a /a/../b /a/./b /.. /. /../.. /a/.. /a/. /%2e/ /%2E%2e/x /a/%2e /.%2e /%2e. /a%2 /%zz /%2f%aF // ///a
        /a//..//b /ü /é☂ /a?b ? ?a ?a=b&c # #x /a#x ?# /a;b /a\b /[x] /a|b /a"<> /a^`{} /.../..a/a.. /.a
        /a/b/c/./../../g ?a/../b ?%2f /~ /%7e /%41 /a%0ab /x?y?z /x#y#z /x?#y""",
}
NOT_PRINTABLE = ["/a b", "/a\tb", "/a\x01b", "/a\x7fb", "?a b", "#a b"]
CHOICES = {kind: pieces.split() for kind, pieces in PIECES.items()}
CHOICES["target"] += NOT_PRINTABLE


def random_url(draw: random.Random) -> str:
    """A host, and each of the other pieces in every second URL."""
    return "".join(
        draw.choice(pieces) if kind == "host" or draw.random() < 0.5 else "" for kind, pieces in CHOICES.items()
    )


class ToTheServer(TrioNetwork):
    """Every host is the server."""

    def __init__(self, server: FaultServer) -> None:
        self._server = server

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        return [Address(self._server.host, self._server.port)]


def ask_libcurl(curl: pycurl.Curl, url: str, server: FaultServer) -> int:
    curl.reset()
    curl.setopt(pycurl.URL, url.encode())
    curl.setopt(pycurl.CONNECT_TO, [f"::{server.host}:{server.port}"])
    curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    curl.setopt(pycurl.PROXY, "")
    curl.setopt(pycurl.NOSIGNAL, 1)
    curl.setopt(pycurl.WRITEFUNCTION, len)
    try:
        curl.perform()
    except pycurl.error as error:
        return int(error.args[0])
    return int(curl.getinfo(pycurl.RESPONSE_CODE))


def words(server: FaultServer) -> list[tuple[bytes, list[tuple[bytes, bytes]]]]:
    """The request line, host and authorization of what the server was asked for since the last time."""
    asked = [
        (request.line, sorted(header for header in request.headers if header[0] in {b"Host", b"Authorization"}))
        for request in server.log.requests
    ]
    server.log.requests.clear()
    return asked


@pytest.mark.parametrize("seed", range(4))
async def test_random_urls_are_read_as_libcurl_reads_them(seed: int) -> None:
    draw = random.Random(seed)
    curl = pycurl.Curl()
    async with fault_server(FINE) as server, dl7450.open_dock(network=ToTheServer(server)) as dock:
        for _ in range(250):
            url = random_url(draw)
            libcurl = (await trio.to_thread.run_sync(ask_libcurl, curl, url, server), words(server))
            answer = await dock.http.get(url)
            assert (answer.status_code(), words(server)) == libcurl, url
    curl.close()
