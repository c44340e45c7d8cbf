"""The prober: addresses, budgets, limits, and what it makes of servers that misbehave."""

from __future__ import annotations

import gzip
import socket
import threading
from contextlib import contextmanager, suppress

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe import _attempt
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._addresses import (
    Address,
    addresses,
    parse_overrides,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._http import Request, Response, Unreachable, Url
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._prober import BUDGET, CHECK_SECONDS, Prober
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


@contextmanager
def scripted_server(*scripts):
    """Does with each connection what its script says, with those after the last as that says; yields the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        remaining = list(scripts)
        with suppress(OSError):
            while True:
                connection, _unused = listener.accept()
                script = remaining.pop(0) if len(remaining) > 1 else remaining[0]
                threading.Thread(target=run, args=(script, connection), daemon=True).start()

    def run(script, connection) -> None:
        with connection, suppress(OSError):
            script(connection, over)

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    over.set()
    listener.close()


EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


def answers(connection, over, answer=EMPTY):
    connection.recv(65536)
    connection.sendall(answer)


def breaks_off(connection, over):
    connection.recv(65536)
    # No FIN but a RST, as from a load balancer whose backend has just gone.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def trickles(start, end):
    """A piece of the answer now and then, each in time, and after so many all the rest."""

    def script(connection, over):
        connection.recv(65536)
        connection.sendall(start)
        for _unused in range(200):
            if over.wait(0.05):
                return
            connection.sendall(b"x")
        connection.sendall(end)

    return script


def test_headers_that_trickle_for_longer_than_the_timeout_are_no_answer():
    with scripted_server(trickles(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"\r\n\r\n")) as port:
        answer = prober(port, timeout=0.5).send(ASK)
    assert isinstance(answer, Unreachable)
    assert answer.reason == "timeout"


def test_a_body_that_trickles_ends_with_the_timeout():
    with scripted_server(trickles(b"HTTP/1.1 200 OK\r\n\r\n:", b"the end")) as port:
        answer = prober(port, timeout=0.5).send(ASK)
    assert isinstance(answer, Response)
    assert answer.body.startswith(b":") and not answer.body.endswith(b"the end")


def test_nothing_is_asked_after_the_time_of_a_check():
    now = [0.0]
    with raw_server(EMPTY) as port:
        asking = prober(port, clock=lambda: now[0])
        first = asking.send(ASK)
        now[0] = CHECK_SECONDS
        late = asking.send(ASK)
    assert isinstance(first, Response)
    assert isinstance(late, Unreachable)
    assert (late.reason, asking.requests) == ("budget", 1)
    assert f"{CHECK_SECONDS:g} seconds" in late.detail


def test_the_last_request_ends_with_the_check(silent_port):
    now = [0.0]
    asking = prober(silent_port.number, timeout=60.0, clock=lambda: now[0])
    now[0] = CHECK_SECONDS - 0.25
    answer = asking.send(ASK)
    assert isinstance(answer, Unreachable)
    assert answer.detail == "no answer within 0.25 s"


def test_a_connection_that_breaks_off_is_tried_again():
    with scripted_server(breaks_off, answers) as port:
        asking = prober(port)
        assert isinstance(asking.send(ASK), Response)
    assert asking.requests == 2


def test_a_handshake_that_breaks_off_twice_condemns_the_endpoint():
    with scripted_server(breaks_off) as port:
        asking = Prober(trust(), overrides=parse_overrides([f"x.example:443:127.0.0.1:{port}"]), timeout=2.0)
        told = [asking.send(Request(f"https://x.example/{path}")) for path in range(3)]
    assert {(answer.reason, answer.request.url[-1]) for answer in told if isinstance(answer, Unreachable)} == {
        ("tls", "0"), ("tls", "1"), ("tls", "2"),
    }  # fmt: skip
    assert str(told[2]).endswith("at a second try as well")
    assert asking.requests == 2


def test_no_endpoint_is_condemned_for_one_mishap_also_without_retries_left():
    names = [f"{name}.example" for name in "abcd"]
    with scripted_server(breaks_off) as port:
        asking = Prober(trust(), overrides=parse_overrides([f"{name}:443:127.0.0.1:{port}" for name in names]))
        for _unused in range(3):
            for name in names:
                asking.send(Request(f"https://{name}/"))
    assert asking.requests == 2 * len(names)


def test_a_certificate_that_is_refused_is_not_asked_for_again(bed):
    asking = bed().reach(ca_path=None).prober()
    answer = asking.send(Request("https://social.example.org/"))
    assert isinstance(answer, Unreachable)
    assert (answer.reason, asking.requests) == ("tls", 1)


def test_retries_leave_the_budget_to_the_other_questions():
    with scripted_server(answers, breaks_off) as port:
        asking = prober(port)
        told = [asking.send(ASK) for _unused in range(BUDGET - 5)]
    assert {answer.reason for answer in told if isinstance(answer, Unreachable)} == {"tcp"}


def test_a_delivery_is_sent_once():
    with scripted_server(breaks_off) as port:
        asking = prober(port)
        asking.send(Request(ASK.url, "POST", body=b"{}"))
    assert asking.requests == 1


def test_a_retry_beyond_the_budget_keeps_the_reason():
    with scripted_server(breaks_off) as port:
        answer = prober(port, budget=1).send(ASK)
    assert isinstance(answer, Unreachable)
    assert answer.reason == "tcp"


@pytest.fixture
def only_ipv4_here(monkeypatch):
    monkeypatch.setattr(_attempt, "routed", lambda address: address.family == 4)


def test_addresses_without_a_route_here_say_nothing_of_the_instance(only_ipv4_here):
    asking = Prober(trust(), overrides=parse_overrides(["x.example:80:[2001:db8::7]"]))
    answer = asking.send(ASK)
    assert isinstance(answer, Unreachable)
    assert (answer.reason, answer.detail) == ("route", "this machine has no route to 2001:db8::7")


@pytest.fixture
def tried(monkeypatch):
    """The addresses that a connection was opened to, in vain: the one that ends in 7 is silent."""
    addresses = []

    def connect(address, timeout):
        addresses.append(address[0])
        raise TimeoutError if address[0].endswith("7") else ConnectionRefusedError

    monkeypatch.setattr(_attempt.socket, "create_connection", connect)
    return addresses


def test_an_address_without_a_route_here_is_passed_over(only_ipv4_here, tried):
    overrides = parse_overrides(["x.example:80:[2001:db8::7]", "x.example:80:192.0.2.8"])
    Prober(trust(), overrides=overrides).send(ASK)
    assert tried == ["192.0.2.8"]


def test_an_address_that_was_silent_is_tried_last(only_ipv4_here, tried):
    asking = Prober(trust(), overrides=parse_overrides(["x.example:80:192.0.2.7", "x.example:80:192.0.2.8"]))
    asking.send(ASK)
    asking.send(ASK)
    assert tried == ["192.0.2.7", "192.0.2.8", "192.0.2.8", "192.0.2.7"]


def test_no_coding_is_asked_for_and_one_that_comes_is_undone():
    heard = []

    def compressed(connection, over):
        heard.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b'{"a": 1}'))

    with scripted_server(compressed) as port:
        answer = prober(port).send(ASK)
    assert heard[0].lower().count(b"accept-encoding: identity\r\n") == 1
    assert isinstance(answer, Response)
    assert (answer.json(), answer.header("Content-Encoding")) == ({"a": 1}, "gzip")


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b"x" * (1 << 24))])
def test_a_coding_is_undone_within_limits(body):
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    with raw_server(head + body) as port:
        answer = prober(port).send(ASK)
    assert isinstance(answer, Response)
    assert answer.body in (b"no gzip", b"x" * (1 << 20))


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
