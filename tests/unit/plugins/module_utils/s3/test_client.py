"""Requests as they go over the wire, to a server of the test's own."""

import http.server
import ssl
import threading

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._addresses import parse_overrides
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._client import Credentials, Store, exchange
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._reach import Reach


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("X-Test", "yes")
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    do_GET = do_PUT = _answer  # noqa: N815

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        server.seen, server.status = [], 200
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def reach(lines=(), forward=None):
    return Reach(parse_overrides(lines), ssl.create_default_context(), 5, forward or _no_forward)


def _no_forward(*_service):
    raise AssertionError("nothing was to be forwarded")


def store(endpoint, reach, **changes):
    given = {"credentials": Credentials("id", "key"), "region": "mars", "bucket": "media", **changes}
    return Store(reach=reach, endpoint=endpoint, **given)


@pytest.mark.parametrize(
    ("path_style", "key", "query", "expected"),
    [
        (True, "", "", "https://s3.example.org/media"),
        (True, "a b/c.txt", "", "https://s3.example.org/media/a%20b/c.txt"),
        (True, "", "policy", "https://s3.example.org/media?policy"),
        (False, "", "", "https://media.s3.example.org/"),
        (False, "c.txt", "", "https://media.s3.example.org/c.txt"),
        (False, "", "cors", "https://media.s3.example.org/?cors"),
    ],
)
def test_addresses(path_style, key, query, expected):
    assert store("https://s3.example.org", reach(), path_style=path_style).url(key, query) == expected


def test_a_signed_request_carries_what_it_signed(server):
    port = server.server_port
    lines = [f"s3.example.org:{port}:127.0.0.1"]
    answer = store(f"http://s3.example.org:{port}", reach(lines)).signed("PUT", query="policy", body=b"{}")
    assert (answer.status, answer.body, answer.headers["x-test"]) == (200, b"hello", "yes")
    ((method, path, headers, body),) = server.seen
    assert (method, path, body) == ("PUT", "/media?policy", b"{}")
    assert headers["Host"] == f"s3.example.org:{port}"
    assert "Credential=id/" in headers["Authorization"]
    assert "/mars/s3/aws4_request" in headers["Authorization"]
    assert "content-md5;host;" in headers["Authorization"]


def test_an_anonymous_request_carries_no_signature(server):
    url = f"http://127.0.0.1:{server.server_port}/media/x?list-type=2"
    store("https://s3.example.org", reach()).anonymous("GET", url, {"Origin": "https://social.example.org"})
    ((_method, path, headers, _body),) = server.seen
    assert path == "/media/x?list-type=2"
    assert "Authorization" not in headers
    assert headers["Origin"] == "https://social.example.org"


def test_a_service_that_does_not_resolve_is_forwarded_to(server):
    asked = []

    def forward(*service):
        asked.append(service)
        import socket

        return socket.create_connection(server.server_address)

    answer = exchange(reach(forward=forward), "GET", "http://s3.storage.svc:7070/media", {})
    assert answer.body == b"hello"
    assert asked == [("storage", "s3", 7070)]


@pytest.mark.parametrize(
    ("url", "lines", "message"),
    [
        ("http://nowhere.invalid/", (), "the name nowhere.invalid does not resolve here"),
        (
            "http://closed.example.org:1/",
            ("closed.example.org:1:127.0.0.1",),
            "closed.example.org port 1 does not answer",
        ),
    ],
)
def test_no_answer_is_an_answer_that_says_why(url, lines, message):
    answer = exchange(reach(lines), "GET", url, {})
    assert answer.status == 0
    assert message in answer.summary


def test_tls_that_is_none_is_named(server):
    answer = exchange(reach(), "GET", f"https://127.0.0.1:{server.server_port}/", {})
    assert answer.status == 0
    assert "handshake" in answer.summary


def test_credentials_are_not_shown():
    assert "key" not in repr(store("https://s3.example.org", reach()))
