"""A fediverse of one machine: an apex and an instance behind one HTTPS server, with a throwaway authority."""

from __future__ import annotations

import datetime
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach, Report, check_instance
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

APEX, WEB = "example.org", "social.example.org"
MEDIA = "files.example.org"
OWNED = ("/.well-known/webfinger", "/.well-known/host-meta", "/.well-known/nodeinfo")
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Ask:
    host: str
    method: str
    target: str
    headers: dict[str, str]
    secure: bool

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def resource(self) -> str | None:
        return parse_qs(urlsplit(self.target).query).get("resource", [None])[0]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def but(self, status: int | None = None, body: bytes | None = None, **headers: str | None) -> Answer:
        """This answer with other headers (Location='x', None removes one), status or body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in {**self.headers, **named}.items() if value is not None}
        return replace(self, status=status or self.status, headers=kept, body=self.body if body is None else body)


Change = Callable[[Ask, Answer], Answer]


def document(value: object, kind: str, **headers: str) -> Answer:
    return Answer(200, {"Content-Type": kind, **headers}, json.dumps(value).encode())


def redirect(where: str, status: int = 301) -> Answer:
    return Answer(status, {"Location": where, "Access-Control-Allow-Origin": "*", "Cache-Control": "max-age=3600"})


@dataclass
class Fediverse:
    """The good case; C(change) rewrites single answers."""

    apex: str = APEX
    web: str = WEB
    change: Change = lambda ask, answer: answer
    asked: list[Ask] = field(default_factory=list)

    def answer(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        return self.change(ask, self._answer(ask))

    def _answer(self, ask: Ask) -> Answer:
        if not ask.secure:
            return redirect(f"https://{ask.host}{ask.target}")
        if ask.host == self.apex != self.web:
            return redirect(f"https://{self.web}{ask.target}") if ask.path in OWNED else Answer(404)
        return self._instance(ask)

    def _instance(self, ask: Ask) -> Answer:  # noqa: PLR0911
        cors = {"Access-Control-Allow-Origin": "*"} if "Origin" in ask.headers else {}
        match ask.path:
            case "/.well-known/webfinger":
                return self._webfinger(ask.resource, cors)
            case "/.well-known/host-meta":
                return Answer(200, {"Content-Type": "application/xrd+xml; charset=utf-8", **cors}, b"<XRD/>")
            case "/.well-known/nodeinfo":
                link = {
                    "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0",
                    "href": f"https://{self.web}/nodeinfo/2.0",
                }
                return document({"links": [link]}, "application/json", **cors)
            case "/nodeinfo/2.0":
                return document({"software": {"name": "mastodon", "version": "4.6.5"}}, "application/json")
            case "/actor":
                return document(self._actor(), "application/activity+json; charset=utf-8")
            case "/api/v2/instance":
                urls = {"urls": {"streaming": f"wss://{self.web}"}}
                return document({"domain": self.apex, "configuration": urls}, "application/json")
            case "/":
                return Answer(302, {"Location": f"https://{self.web}/@alice"})
            case "/@alice":
                policy = f"default-src 'none'; img-src 'self' https://{MEDIA}; media-src https://{MEDIA}/; connect-src https://{MEDIA}"
                return Answer(200, {"Content-Type": "text/html", "Content-Security-Policy": policy}, b"<html>")
            case "/api/v1/streaming" | "/api/v1/streaming/":
                return Answer(401 if ask.headers.get("Upgrade") == "websocket" else 400)
            case "/api/v1/streaming/health":
                return Answer(200, {"Content-Type": "text/plain"}, b"OK")
        return Answer(404)

    def _webfinger(self, resource: str | None, cors: dict[str, str]) -> Answer:
        if resource is None:
            return Answer(400, cors)
        name, _, domain = resource.removeprefix("acct:").partition("@")
        if name not in (self.apex, self.web, "alice") or domain not in (self.apex, self.web):
            return Answer(404, cors)
        subject, path = (
            (f"acct:alice@{self.apex}", "/users/alice")
            if name == "alice"
            else (f"acct:mastodon.internal@{self.apex}", "/actor")
        )
        link = {"rel": "self", "type": "application/activity+json", "href": f"https://{self.web}{path}"}
        return document({"subject": subject, "links": [link]}, "application/jrd+json; charset=utf-8", **cors)

    def _actor(self) -> dict[str, object]:
        home = f"https://{self.web}"
        return {
            "id": f"{home}/actor",
            "type": "Application",
            "inbox": f"{home}/actor/inbox",
            "endpoints": {"sharedInbox": f"{home}/inbox"},
            "publicKey": {"id": f"{home}/actor#main-key", "publicKeyPem": "-----BEGIN PUBLIC KEY-----\nx"},
        }


class Authority:
    """A root, an intermediate, and leaves made to order."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._root_key, self._key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self._root = self._sign("root", self._root_key.public_key(), "root", self._root_key)
        self._intermediate = self._sign("intermediate", self._key.public_key(), "root", self._root_key)
        self.path = directory / "ca.pem"
        self.path.write_bytes(self._root.public_bytes(serialization.Encoding.PEM))

    def leaf(self, names: tuple[str, ...], *, days: int = 90, chain: bool = True) -> Path:
        """A file with key, leaf and, unless the chain is to be incomplete, the intermediate."""
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self._sign(names[0], key.public_key(), "intermediate", self._key, names=names, days=days)
        path = self._directory / f"{names[0]}-{days}-{chain}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        certificates = [leaf, self._intermediate] if chain else [leaf]
        path.write_bytes(private + b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates))
        return path

    @staticmethod
    def _sign(subject, public_key, issuer, signer, *, names=(), days=365):
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 400 * DAY)
            .not_valid_after(now + days * DAY)
            .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False
            )
        return builder.sign(signer, hashes.SHA256())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fediverse: Fediverse
    secure: bool

    def do_GET(self) -> None:
        host = self.headers["Host"].partition(":")[0]
        answer = self.fediverse.answer(Ask(host, self.command, self.path, dict(self.headers), self.secure))
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that refuse the certificate hang up: that is what some tests are for."""


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@dataclass
class Bed:
    """A running fediverse; C(check) asks it as the world would."""

    authority: Authority
    fediverse: Fediverse
    resolve: tuple[str, ...] = ()

    def reach(self, **options) -> Reach:
        return Reach(**{"resolve": self.resolve, "ca_path": str(self.authority.path), "timeout": 5.0, **options})

    def check(self, *, local_domain: str | None = APEX, reach: Reach | None = None, **options) -> Report:
        return check_instance(self.fediverse.web, local_domain, reach=reach or self.reach(), **options)


@pytest.fixture
def bed(authority) -> Iterator[Callable[..., Bed]]:
    """Starts a fediverse: certificates by host name, else one for both names."""
    servers = []

    def start(fediverse: Fediverse | None = None, *, certificates: dict[str, Path] | None = None) -> Bed:
        fediverse = fediverse or Fediverse()
        names = tuple(dict.fromkeys((fediverse.apex, fediverse.web)))
        files = {name: authority.leaf(names) for name in names} | (certificates or {})
        contexts = {name: _server_context(path) for name, path in files.items()}
        resolve = []
        for port, secure in ((443, True), (80, False)):
            handler = type("BoundHandler", (Handler,), {"fediverse": fediverse, "secure": secure})
            server = Server(("127.0.0.1", 0), handler)
            if secure:
                server.socket = _by_name(contexts, fediverse.web).wrap_socket(
                    server.socket, server_side=True, do_handshake_on_connect=False
                )
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            servers.append(server)
            resolve += [f"{name}:{port}:127.0.0.1:{server.server_address[1]}" for name in names]
        return Bed(authority, fediverse, tuple(resolve))

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _by_name(contexts: dict[str, ssl.SSLContext], default: str) -> ssl.SSLContext:
    outer = contexts[default]
    outer.sni_callback = lambda connection, name, _: setattr(connection, "context", contexts.get(name, outer))
    return outer


def _server_context(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.fixture
def fediverse() -> type[Fediverse]:
    return Fediverse


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@dataclass
class SilentPort:
    number: int
    connections: int = 0


@pytest.fixture
def silent_port() -> Iterator[SilentPort]:
    """Accepts connections and says nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = SilentPort(listener.getsockname()[1])
    held = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                held.append(listener.accept())
                port.connections += 1

    threading.Thread(target=accept, daemon=True).start()
    yield port
    listener.close()
    for connection, _ in held:
        connection.close()
