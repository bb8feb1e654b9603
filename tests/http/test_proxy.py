"""The proxy between real sockets: what the origin is sent, what the reader is sent, byte for byte."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import time
from typing import Any

import pytest

from pennypress.errors import OriginError, OriginFailure
from pennypress.http.fetch import Message
from pennypress.http.proxy import FORWARDED_FOR, Proxy
from tests.http.gateway import Gateway, get, read_to_end, wait_until
from tests.http.origin import Exchange, Origin, answering, page


def post(body: bytes, *fields: bytes) -> bytes:
    head = b"".join(field + b"\r\n" for field in (b"Host: paper.test", *fields))
    return b"POST /form HTTP/1.1\r\n" + head + b"\r\n" + body


def abort(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def head_and_body(answer: bytes) -> tuple[list[bytes], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


def test_one_readers_cookies_are_never_sent_for_another(gateway: Gateway, origin: Origin) -> None:
    origin.script = answering(page(b"ok", b"Set-Cookie: login=of-a; Path=/"))
    gateway.ask(get(b"/", b"Cookie: session=a"))
    gateway.ask(get(b"/"))
    gateway.ask(get(b"/", b"Cookie: session=b"))
    assert [asked.values(b"cookie") for asked in origin.asked] == [[b"session=a"], [], [b"session=b"]]


def test_nothing_is_added_but_who_asks_and_how(gateway: Gateway, origin: Origin) -> None:
    gateway.ask(get(b"/"))
    assert origin.asked[0].fields == [
        (b"host", b"paper.test"),
        (b"x-forwarded-for", b"127.0.0.1"),
        (b"x-forwarded-proto", b"http"),
        (b"x-forwarded-host", b"paper.test"),
    ]


@pytest.mark.parametrize(
    "target",
    [
        b"/news/a%2Fb%2f//c/;v=%41?q=%20&&b=%C3%A9+x&q",
        b"//two/slashes",
        b"/a/./b",
        b"/%7Etilde/~tilde?http://x/../y",
        b"/[brackets]|{braces}?a[]=1",
    ],
)
def test_a_target_goes_to_the_origin_as_it_is(gateway: Gateway, origin: Origin, target: bytes) -> None:
    gateway.ask(get(target))
    assert origin.asked[0].line == b"GET " + target + b" HTTP/1.1"


def test_fields_of_one_name_stay_apart_and_in_order(gateway: Gateway, origin: Origin) -> None:
    origin.script = answering(page(b"ok", b"X-One: 1", b"Link: <a>", b"X-One: 2", b"Link: <b>, <c>"))
    lines, _ = head_and_body(gateway.ask(get(b"/", b"X-Two: 1", b"Accept: a", b"X-Two: 2", b"Accept: b, c")))
    assert origin.asked[0].values(b"x-two") == [b"1", b"2"]
    assert origin.asked[0].values(b"accept") == [b"a", b"b, c"]
    assert [line for line in lines if line.startswith((b"x-one", b"link"))] == [
        b"x-one: 1",
        b"x-one: 2",
        b"link: <a>",
        b"link: <b>, <c>",
    ]


def test_a_hundred_cookies_are_set_in_a_hundred_lines(gateway: Gateway, origin: Origin) -> None:
    cookies = [b"Set-Cookie: c%d=%s; Path=/" % (number, b"x" * 200) for number in range(100)]
    origin.script = answering(page(b"ok", *cookies))
    lines, _ = head_and_body(gateway.ask(get()))
    assert [line.replace(b"set-cookie", b"Set-Cookie") for line in lines if line.startswith(b"set-cookie")] == cookies


def test_large_fields_pass(gateway: Gateway, origin: Origin) -> None:
    large = b"v" * 20_000
    origin.script = answering(page(b"ok", b"Content-Security-Policy: " + large))
    lines, _ = head_and_body(gateway.ask(get(b"/", b"Cookie: c=" + large)))
    assert origin.asked[0].values(b"cookie") == [b"c=" + large]
    assert b"content-security-policy: " + large in lines


def test_a_field_without_bounds_is_the_origins_fault(gateway: Gateway, origin: Origin) -> None:
    origin.script = answering(page(b"ok", b"X-Large: " + b"v" * 100_000))
    assert gateway.ask(get()).startswith(b"HTTP/1.1 502 ")


def test_fields_in_other_scripts_pass_as_bytes(gateway: Gateway, origin: Origin) -> None:
    origin.script = answering(page(b"ok", "X-Name: Zeitung für Köln".encode(), b"X-Old: caf\xe9"))
    lines, _ = head_and_body(gateway.ask(get(b"/", "Cookie: name=Żółć".encode())))
    assert origin.asked[0].values(b"cookie") == ["name=Żółć".encode()]
    assert "x-name: Zeitung für Köln".encode() in lines
    assert b"x-old: caf\xe9" in lines


def test_a_field_that_cannot_be_sent_as_it_is_is_left_out(gateway: Gateway, origin: Origin) -> None:
    gateway.ask(get(b"/", b"X-Old: caf\xe9", b"X-New: kept"))
    assert origin.asked[0].values(b"x-old") == []
    assert origin.asked[0].values(b"x-new") == [b"kept"]


@pytest.mark.parametrize(
    "name",
    [
        b"Pennypress-Access",
        b"PENNYPRESS_Article",
        b"X-Original-URL",
        b"X-Rewrite-URL",
        b"X_Rewrite_Url",
        b"X-HTTP-Method-Override",
        b"X-HTTP-Method",
        b"X-Method-Override",
        b"Forwarded",
        b"X-Real-IP",
        b"X-Forwarded-Server",
        b"X-Forwarded-Port",
        b"X-Forwarded-Prefix",
        b"X-Forwarded",
        b"X_Forwarded_For",
        b"Content_Length",
        b"Transfer_Encoding",
        b"CF-Connecting-IP",
        b"True-Client-IP",
        b"Proxy",
        b"X-Middleware-Subrequest",
        b"TE",
        b"Trailer",
        b"Keep-Alive",
        b"Upgrade",
        b"HTTP2-Settings",
        b"Proxy-Connection",
        b"Proxy-Authorization",
    ],
)
def test_a_reader_cannot_speak_for_the_gateway(gateway: Gateway, origin: Origin, name: bytes) -> None:
    gateway.ask(get(b"/", name + b": 1"))
    assert {found for found, _ in origin.asked[0].fields} == {
        b"host",
        b"x-forwarded-for",
        b"x-forwarded-proto",
        b"x-forwarded-host",
    }


def test_what_a_reader_says_of_their_way_is_replaced(gateway: Gateway, origin: Origin) -> None:
    forged = (b"X-Forwarded-For: 198.51.100.7", b"X-Forwarded-Host: evil.test", b"X-Forwarded-Proto: https")
    gateway.ask(get(b"/", *forged))
    assert origin.asked[0].values(b"x-forwarded-for") == [b"127.0.0.1"]
    assert origin.asked[0].values(b"x-forwarded-host") == [b"paper.test"]
    assert origin.asked[0].values(b"x-forwarded-proto") == [b"http"]


def test_what_connection_names_stays_behind(gateway: Gateway, origin: Origin) -> None:
    origin.script = answering(
        page(b"ok", b"Connection: X-Inner", b"X-Inner: 1", b"X-Outer: 1", b"Keep-Alive: timeout=5")
    )
    lines, _ = head_and_body(gateway.ask(get(b"/", b"Connection: X-Hop, keep-alive", b"X-Hop: 1", b"X-End: 1")))
    assert origin.asked[0].values(b"x-hop") == []
    assert origin.asked[0].values(b"x-end") == [b"1"]
    names = {line.partition(b":")[0] for line in lines}
    assert b"x-outer" in names
    assert not names & {b"x-inner", b"keep-alive"}


def test_connection_cannot_name_away_what_the_answer_depends_on(gateway: Gateway, origin: Origin) -> None:
    kept = (b"Cookie: login=1", b"Authorization: Basic eDp5", b"Origin: https://x.test", b"Content-Type: text/plain")
    gateway.ask(
        post(
            b"body",
            b"Connection: close, Cookie, Host, Authorization, Origin, Content-Type, Content-Length, X-Forwarded-For",
            b"Content-Length: 4",
            *kept,
        )
    )
    asked = origin.asked[0]
    for field in kept:
        name, _, value = field.partition(b": ")
        assert asked.values(name.lower()) == [value]
    assert asked.values(b"host") == [b"paper.test"]
    assert asked.values(b"x-forwarded-for") == [b"127.0.0.1"]
    assert asked.body == b"body"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a, b\r\nConnection: close\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n", b"400"),
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"400"),
        (b"GET page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"400"),
        (b"GET /caf\xc3\xa9 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX Y: 1\r\nConnection: close\r\n\r\n", b"400"),
        (b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nConnection: close\r\n\r\n", b"405"),
        (b"TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"405"),
    ],
)
def test_a_malformed_request_goes_no_further(
    gateway: Gateway, origin: Origin, request_bytes: bytes, status: bytes
) -> None:
    assert gateway.ask(request_bytes).split(b" ")[1] == status
    assert origin.asked == []


def test_an_absolute_target_is_read_as_its_path(gateway: Gateway, origin: Origin) -> None:
    """RFC 9112 section 3.2.2 has a server accept it; what is matched and what is fetched are its path alike."""
    gateway.ask(b"GET http://other.test/a%20b?c HTTP/1.1\r\nHost: paper.test\r\nConnection: close\r\n\r\n")
    assert origin.asked[0].line == b"GET /a%20b?c HTTP/1.1"
    assert origin.asked[0].values(b"host") == [b"paper.test"]


def test_a_body_with_a_length_arrives_with_it(gateway: Gateway, origin: Origin) -> None:
    gateway.ask(
        post(b"a=1&b=2", b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: 7", b"Connection: close")
    )
    asked = origin.asked[0]
    assert (asked.body, asked.values(b"content-length"), asked.values(b"transfer-encoding")) == (b"a=1&b=2", [b"7"], [])


def test_a_chunked_body_arrives_whole(gateway: Gateway, origin: Origin) -> None:
    body = b"5\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n"
    gateway.ask(post(body, b"Transfer-Encoding: chunked", b"Connection: close"))
    asked = origin.asked[0]
    assert (asked.body, asked.whole, asked.values(b"x-trailer")) == (b"hello world", True, [])


def test_a_post_without_a_body_says_so(gateway: Gateway, origin: Origin) -> None:
    gateway.ask(post(b"", b"Content-Length: 0", b"Connection: close"))
    assert origin.asked[0].values(b"content-length") == [b"0"]


@pytest.mark.parametrize(
    ("fields", "begun"),
    [((b"Content-Length: 100",), b"x" * 40), ((b"Transfer-Encoding: chunked",), b"28\r\n" + b"x" * 40 + b"\r\n")],
    ids=["with a length", "chunked"],
)
@pytest.mark.parametrize("how", ["reset", "closed"])
def test_an_upload_that_is_broken_off_never_looks_whole(
    gateway: Gateway, origin: Origin, fields: tuple[bytes, ...], begun: bytes, how: str
) -> None:
    done: list[bool] = []
    origin.script = lambda exchange: done.append(exchange.read_body())
    connection = gateway.connect()
    connection.sendall(post(begun, *fields))
    wait_until(lambda: origin.asked)
    if how == "reset":
        abort(connection)
    else:
        connection.close()
    wait_until(lambda: done)
    assert done == [False]
    assert origin.asked[0].body in (b"", b"x" * 40)


def test_expect_is_answered_here_and_goes_no_further(gateway: Gateway, origin: Origin) -> None:
    with gateway.connect() as connection:
        connection.sendall(post(b"", b"Content-Length: 4", b"Expect: 100-continue", b"Connection: close"))
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"body")
        assert b" 200 " in read_to_end(connection)
    assert origin.asked[0].values(b"expect") == []
    assert origin.asked[0].body == b"body"


def test_an_upgrade_that_is_no_websocket_is_passed_over(gateway: Gateway, origin: Origin) -> None:
    fields = (b"Upgrade: h2c", b"Connection: Upgrade, HTTP2-Settings", b"HTTP2-Settings: AAMAAABkAAQAAP__")
    with gateway.connect() as connection:
        connection.sendall(b"GET /live HTTP/1.1\r\nHost: a\r\n" + b"\r\n".join(fields) + b"\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    for name in (b"upgrade", b"connection", b"http2-settings"):
        assert origin.asked[0].values(name) == []


def test_a_redirect_is_the_readers_to_follow(gateway: Gateway, origin: Origin) -> None:
    origin.script = answering(page(b"", b"Location: http://elsewhere.test/x%2fy", status=b"302 Found"))
    lines, _ = head_and_body(gateway.ask(get()))
    assert lines[0].startswith(b"HTTP/1.1 302 ")
    assert b"location: http://elsewhere.test/x%2fy" in lines
    assert len(origin.asked) == 1


def test_a_coded_body_passes_as_it_is(gateway: Gateway, origin: Origin) -> None:
    coded = gzip.compress(b"article " * 1000)
    origin.script = answering(page(coded, b"Content-Encoding: gzip"))
    lines, body = head_and_body(gateway.ask(get(b"/", b"Accept-Encoding: gzip, br")))
    assert body == coded
    assert b"content-encoding: gzip" in lines
    assert origin.asked[0].values(b"accept-encoding") == [b"gzip, br"]


def test_early_answers_and_trailers_of_the_origin_do_not_pass(gateway: Gateway, origin: Origin) -> None:
    origin.script = answering(
        b"HTTP/1.1 103 Early Hints\r\nLink: <early>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n"
        b"4\r\nbody\r\n0\r\nX-Late: text\r\n\r\n"
    )
    answer = gateway.ask(get())
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"early" not in answer
    assert b"late" not in answer.lower()
    assert b"body" in answer


def test_our_headers_from_the_origin_do_not_pass(gateway: Gateway, origin: Origin) -> None:
    origin.script = answering(page(b"ok", b"Pennypress-Access: full", b"Pennypress_Reason: x"))
    assert b"pennypress" not in gateway.ask(get()).lower()


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_an_answer_without_a_body_has_none(gateway: Gateway, origin: Origin, status: bytes) -> None:
    origin.script = answering(b"HTTP/1.1 " + status + b'\r\nETag: "1"\r\n\r\n')
    lines, body = head_and_body(gateway.ask(get()))
    assert lines[0].startswith(b"HTTP/1.1 " + status[:3])
    assert b'etag: "1"' in lines
    assert body == b""


def test_a_head_request_gets_the_head_alone(gateway: Gateway, origin: Origin) -> None:
    origin.script = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 4321\r\nContent-Type: text/html\r\n\r\n")
    lines, body = head_and_body(gateway.ask(get().replace(b"GET", b"HEAD", 1)))
    assert b"content-length: 4321" in lines
    assert body == b""


def test_an_origin_that_refuses_is_a_502(gateway: Gateway, origin: Origin) -> None:
    origin.script = lambda exchange: exchange.connection.close()
    assert gateway.ask(get()).startswith(b"HTTP/1.1 502 ")


def test_an_origin_that_answers_nonsense_is_a_502(gateway: Gateway, origin: Origin) -> None:
    def script(exchange: Exchange) -> None:
        exchange.send(b"SSH-2.0-x\r\n\r\n")
        exchange.connection.close()

    origin.script = script
    assert gateway.ask(get()).startswith(b"HTTP/1.1 502 ")


def test_an_origin_that_keeps_silent_is_a_504(gateway: Gateway, origin: Origin) -> None:
    def script(exchange: Exchange) -> None:
        exchange.wait_for_end()

    origin.script = script
    assert gateway.ask(get()).startswith(b"HTTP/1.1 504 ")


def test_an_answer_with_a_length_that_breaks_off_does_not_look_whole(gateway: Gateway, origin: Origin) -> None:
    def script(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 500)
        exchange.connection.close()

    origin.script = script
    lines, body = head_and_body(gateway.ask(get()))
    assert lines[0].startswith(b"HTTP/1.1 ")
    assert len(body.removesuffix(b"<broken>")) < 1000


def test_a_chunked_answer_that_breaks_off_does_not_look_whole(gateway: Gateway, origin: Origin) -> None:
    def script(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        time.sleep(0.2)
        exchange.connection.close()

    origin.script = script
    answer = gateway.ask(get().replace(b"Connection: close\r\n", b""))
    assert b"hello" in answer
    assert b"\r\n0\r\n" not in answer
    assert answer.endswith((b"<broken>", b"hello\r\n"))


def test_the_readers_end_of_waiting_reaches_the_origin(gateway: Gateway, origin: Origin) -> None:
    ended: list[float] = []

    def script(exchange: Exchange) -> None:
        began = time.monotonic()
        exchange.wait_for_end()
        ended.append(time.monotonic() - began)

    origin.script = script
    connection = gateway.connect()
    connection.sendall(get(b"/slow"))
    wait_until(lambda: origin.asked)
    connection.close()
    wait_until(lambda: ended)
    assert ended[0] < 0.9, "the origin's own time-out is one second"
    wait_until(lambda: any('"path":"/slow","status":null' in line for line in gateway.lines()))


def test_a_reader_who_takes_nothing_holds_the_origin_back(gateway: Gateway, origin: Origin) -> None:
    sent = [0]

    def script(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        exchange.connection.settimeout(0.5)
        while sent[0] < 200_000_000:
            exchange.send(b"x" * 100_000)
            sent[0] += 100_000

    origin.script = script
    with gateway.connect() as connection:
        connection.sendall(get())
        connection.recv(1000)
        wait_until(lambda: sent[0] > 1_000_000)
        before = -1
        while sent[0] != before:
            before = sent[0]
            time.sleep(0.6)
    assert sent[0] < 20_000_000


def test_an_origin_that_takes_nothing_holds_the_reader_back(gateway: Gateway, origin: Origin) -> None:
    origin.script = lambda _: time.sleep(1.5)
    sent = 0
    with gateway.connect() as connection:
        connection.sendall(post(b"", b"Content-Length: 1000000000"))
        connection.settimeout(0.5)
        try:
            while sent < 200_000_000:
                connection.sendall(b"x" * 100_000)
                sent += 100_000
        except OSError:
            pass
    assert sent < 20_000_000


async def test_the_middleware_may_say_the_whole_way_that_a_request_came(origin: Origin) -> None:
    """And, mounted in another server without a lifespan, the proxy opens its connections when first asked."""
    proxy = Proxy(f"http://127.0.0.1:{origin.port}")
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "https",
        "raw_path": b"/a?x",
        "query_string": b"x",
        "client": ("203.0.113.9", 1),
        "headers": [(b"host", b"paper.test"), (b"x-forwarded-for", b"192.0.2.1")],
        FORWARDED_FOR: b"192.0.2.1, 203.0.113.9",
    }
    sent: list[Any] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    await proxy(scope, receive, send)
    await proxy.close()
    assert sent[0]["status"] == 200
    assert origin.asked[0].line == b"GET /a?x HTTP/1.1"
    assert origin.asked[0].values(b"x-forwarded-for") == [b"192.0.2.1, 203.0.113.9"]
    assert origin.asked[0].values(b"x-forwarded-proto") == [b"https"]


async def test_an_origin_that_is_not_there_is_a_typed_error_before_anything_is_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    proxy = Proxy(f"http://127.0.0.1:{port}")
    scope = {
        "type": "http",
        "method": "GET",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [(b"host", b"a")],
    }

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        raise AssertionError(message)

    with pytest.raises(OriginError) as caught:
        await proxy(scope, receive, send)
    await proxy.close()
    assert caught.value.kind is OriginFailure.DOWN


def test_a_body_of_two_lengths_has_one_for_the_origin(gateway: Gateway, origin: Origin) -> None:
    """RFC 9112 section 6.1: chunked overrides a length; both together would let a second request hide."""
    body = b"5\r\nhello\r\n0\r\n\r\n"
    for length in (b"3", b"50"):
        gateway.ask(post(body, b"Content-Length: " + length, b"Transfer-Encoding: chunked", b"Connection: close"))
    for asked in origin.asked:
        assert (asked.body, asked.whole, asked.values(b"content-length")) == (b"hello", True, [])


@pytest.mark.parametrize(
    "fields",
    [
        (b"Content-Length: 4", b"Content-Length: 5"),
        (b"Content-Length: 4, 5",),
        (b"Content-Length: +4",),
        (b"Transfer-Encoding: chunked, identity",),
        (b"Transfer-Encoding: gzip",),
        (b"Transfer-Encoding: gzip, chunked",),
        (b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    ],
)
def test_a_body_of_no_certain_length_is_refused(gateway: Gateway, origin: Origin, fields: tuple[bytes, ...]) -> None:
    assert gateway.ask(post(b"0\r\n\r\n", *fields, b"Connection: close")).split(b" ")[1] in (b"400", b"501")
    assert origin.asked == []


def test_a_header_without_bounds_is_refused(gateway: Gateway, origin: Origin) -> None:
    assert gateway.ask(get(b"/", b"Cookie: c=" + b"x" * 200_000)).startswith(b"HTTP/1.1 431 ")
    assert origin.asked == []


def test_a_switch_of_protocols_that_nobody_asked_for_is_a_502(gateway: Gateway, origin: Origin) -> None:
    origin.script = answering(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
    assert gateway.ask(get()).startswith(b"HTTP/1.1 502 ")


def test_an_answer_split_in_two_is_one_answer(gateway: Gateway, origin: Origin) -> None:
    """What an origin sends after the end of its answer is never taken for the answer to somebody else."""
    origin.script = answering(page(b"mine") + page(b"for the next"))
    assert gateway.ask(get(b"/1")).endswith(b"mine")
    origin.script = answering(page(b"theirs"))
    assert gateway.ask(get(b"/2")).endswith(b"theirs")
