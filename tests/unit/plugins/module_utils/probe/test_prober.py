"""The prober: addresses, budgets, limits, and what it makes of servers that misbehave."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._addresses import (
    Address,
    addresses,
    parse_overrides,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._http import Request, Response, Unreachable, Url
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._prober import Prober
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._tls import trust


@contextmanager
def raw_server(answer: bytes, *, endless: bool = False):
    """Answers every connection with the same bytes, whatever is asked."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _unused = listener.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(answer)
                    while endless:
                        connection.sendall(b"x" * 65536)

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def prober(port: int, **options) -> Prober:
    overrides = parse_overrides([f"x.example:80:127.0.0.1:{port}"])
    return Prober(trust(), overrides=overrides, **{"timeout": 2.0, **options})


ASK = Request("http://x.example/")


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("https://x.example", Url("https", "x.example", 443, "/")),
        ("https://X.example:8443/a%2Fb?c=%40#d", Url("https", "x.example", 8443, "/a%2Fb?c=%40")),
        ("http://[2001:db8::1]:81?q", Url("http", "2001:db8::1", 81, "/?q")),
        ("HTTPS://x.example", Url("https", "x.example", 443, "/")),
        ("https://user@x.example/", None),
        ("https://x.example:65536/", None),
        ("https://x.exam\x00ple/", None),
        ("https://x.example\r\nX-Injected: y/", None),
        ("ftp://x.example/", None),
        ("/relative", None),
    ],
)
def test_urls_keep_their_bytes(text, parsed):
    assert Url.parse(text) == parsed


@pytest.mark.parametrize("text", ["https://x.example/", "https://x.example:8443/a?b", "http://[2001:db8::1]/"])
def test_a_url_is_written_as_it_was_read(text):
    assert str(Url.parse(text)) == text


@pytest.mark.parametrize(
    ("line", "key", "address"),
    [
        ("x.example:443:192.0.2.7", ("x.example", 443), Address("192.0.2.7", 443)),
        ("X.example:443:192.0.2.7:8443", ("x.example", 443), Address("192.0.2.7", 8443)),
        ("x.example:443:[2001:db8::7]", ("x.example", 443), Address("2001:db8::7", 443)),
        ("x.example:443:[2001:db8::7]:8443", ("x.example", 443), Address("2001:db8::7", 8443)),
    ],
)
def test_overrides_are_written_as_for_curl(line, key, address):
    assert parse_overrides([line]) == {key: (address,)}


@pytest.mark.parametrize(
    "line", ["x.example", "x.example:443", "x.example:443:other.example", "x.example:443:999.1.1.1", None]
)
def test_an_override_that_is_none_is_named(line):
    with pytest.raises(ValueError, match=str(line)):
        parse_overrides([line])


def test_several_overrides_of_a_name_are_all_its_addresses():
    overrides = parse_overrides(["x.example:443:192.0.2.7", "x.example:443:[2001:db8::7]"])
    assert [address.family for address in addresses("x.example", 443, overrides)] == [4, 6]
    assert addresses("x.example", 443, overrides, 6) == (Address("2001:db8::7", 443),)


def test_the_second_address_is_tried_when_the_first_refuses(closed_port):
    with raw_server(b"HTTP/1.1 204 No Content\r\n\r\n") as port:
        overrides = parse_overrides([f"x.example:80:127.0.0.1:{closed_port}", f"x.example:80:127.0.0.1:{port}"])
        answer = Prober(trust(), overrides=overrides).send(ASK)
    assert isinstance(answer, Response)
    assert answer.status == 204


def test_a_budget_is_never_exceeded():
    with raw_server(b"HTTP/1.1 204 No Content\r\n\r\n") as port:
        asking = prober(port, budget=2)
        answers = [asking.send(ASK) for _unused in range(3)]
    assert asking.requests == 2
    assert isinstance(answers[2], Unreachable)
    assert answers[2].reason == "budget"


def test_an_endpoint_that_has_answered_is_asked_again_after_one_silence(bed, fediverse):
    woken = threading.Event()

    def sleeping(ask, answer):
        if ask.path == "/asleep":
            woken.wait(20)
        return answer

    asking = bed(fediverse(change=sleeping)).reach(timeout=1.0).prober()
    first, asleep, last = (asking.send(Request(f"https://social.example.org{path}")) for path in ("/", "/asleep", "/"))
    woken.set()
    assert isinstance(first, Response) and isinstance(last, Response)
    assert isinstance(asleep, Unreachable) and asleep.reason == "timeout"


def test_an_endless_answer_ends_at_the_limit():
    with raw_server(b"HTTP/1.1 200 OK\r\n\r\n", endless=True) as port:
        answer = prober(port, timeout=10).send(ASK)
    assert isinstance(answer, Response)
    assert len(answer.body) == 1 << 20


def test_a_stream_that_stays_open_is_an_answer():
    with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n:") as port:
        answer = prober(port).send(ASK)
    assert isinstance(answer, Response)
    assert answer.body == b":"


@pytest.mark.parametrize("garbage", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_not_http_is_no_answer(garbage):
    with raw_server(garbage) as port:
        answer = prober(port).send(ASK)
    assert isinstance(answer, Unreachable)
    assert answer.reason == "tcp"
    assert "HTTP answer" in answer.detail


def test_a_location_that_cannot_be_asked_is_no_crash():
    with raw_server(b"HTTP/1.1 301 Moved\r\nLocation: http://x.example/\xe9 \xff\r\nContent-Length: 0\r\n\r\n") as port:
        asking = prober(port)
        first = asking.send(ASK)
        assert isinstance(first, Response)
        assert isinstance(asking.send(Request(str(first.location))), Unreachable)


@pytest.mark.parametrize(
    "where", ["https://[social.example.org]/", "https://[::1/", "javascript:x", "https://x:70000/"]
)
def test_a_location_that_is_no_address_leads_nowhere(where):
    assert Response(ASK, 301, (("Location", where),)).location is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 5000])
def test_a_body_that_is_no_document_is_none(body):
    assert Response(ASK, 200, (), body).json() is None


def test_plain_text_on_a_tls_port_is_a_tls_fault():
    with raw_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        overrides = parse_overrides([f"x.example:443:127.0.0.1:{port}"])
        answer = Prober(trust(), overrides=overrides, timeout=2.0).send(Request("https://x.example/"))
    assert isinstance(answer, Unreachable)
    assert answer.reason == "tls"


def test_families_are_those_with_an_address_and_a_route():
    overrides = parse_overrides(["x.example:443:127.0.0.1"])
    asking = Prober(trust(), overrides=overrides)
    assert asking.families("x.example") == (4,)
    assert asking.families("no-such-name.invalid") == ()


@pytest.mark.parametrize(
    "reach", [Reach(ca_path="/nonexistent/ca.pem"), Reach(ca_pem="no certificate"), Reach(resolve=("nonsense",))]
)
def test_unusable_options_are_one_sentence(reach):
    with pytest.raises(ValueError, match=r"cannot be read|is not host:port:address"):
        reach.prober()
