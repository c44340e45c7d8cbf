"""A made-up apex and instance that answer what other servers ask: the good case, to be broken on purpose.

Imported by tests, or run in a pod as one of the instance's processes: fediverse.py PORT web|streaming APEX WEB_DOMAIN
ALTERNATE_DOMAIN….
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

APEX, WEB = "example.org", "social.example.org"
MEDIA = "files.example.org"
OWNED = ("/.well-known/webfinger", "/.well-known/host-meta", "/.well-known/nodeinfo")
STREAMING = "/api/v1/streaming"
COUNTED = "/api/v1/accounts/verify_credentials"
RATE_LIMIT = 300
# The public half of a key that nobody has the private half of any more.
PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyjKNMgxgJwPBSW7opgj5
RIpWFM059lC7W3XPPKRKv9MWj293XUolvq8NJJVwDM0BMwiUTRifvwWaYsyTZTW7
x9h/1ssbqZD0q1ARuQ2xvcaBTYnLUfweEmkE4g3n+7UumoQqw6+YcoUk/Jw/N4qK
WSyrRxgA/7BLZtVVWaiw403j+NVjMXL+YqUkVzGUKZfr5InACheftb2aB+Qwzk0F
rLOhoCkR8vEJzXL6o3BA6NT6SOKYlz/VQBtyXJWUb/hNSDkBH3/eO2s7UD+KukQ6
hI8/R82CY55OmQIlFOI1zbA6VprszDvUPSu+qBBlUznR97EY4O1fxrk/C+4nXRrW
JwIDAQAB
-----END PUBLIC KEY-----
"""


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
    """The good case; C(change) rewrites single answers. C(alternates) are Mastodon's ALTERNATE_DOMAINS."""

    apex: str = APEX
    web: str = WEB
    alternates: tuple[str, ...] = ()
    change: Change = lambda ask, answer: answer
    asked: list[Ask] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def answer(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        return self.change(ask, self._answer(ask))

    def _answer(self, ask: Ask) -> Answer:
        if not ask.secure:
            return redirect(f"https://{ask.host}{ask.target}")
        if ask.host == self.apex != self.web:
            return redirect(f"https://{self.web}{ask.target}") if ask.path in OWNED else Answer(404)
        return self.streaming(ask) if ask.path.startswith(STREAMING) else self.instance(ask)

    @staticmethod
    def streaming(ask: Ask) -> Answer:
        if ask.path == f"{STREAMING}/health":
            return Answer(200, {"Content-Type": "text/plain"}, b"OK")
        if ask.path == "/metrics":
            return Answer(200, {"Content-Type": "text/plain"}, b"# HELP connected_clients The number of clients")
        return Answer(401 if ask.headers.get("Upgrade", "").lower() == "websocket" else 400)

    def instance(self, ask: Ask) -> Answer:  # noqa: PLR0911
        cors = {"Access-Control-Allow-Origin": "*"} if "Origin" in ask.headers else {}
        match ask.path:
            case "/.well-known/webfinger":
                return self._webfinger(ask.resource, cors)
            case "/.well-known/host-meta":
                return Answer(200, {"Content-Type": "application/xrd+xml; charset=utf-8", **cors}, self._host_meta())
            case "/.well-known/nodeinfo":
                link = {
                    "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0",
                    "href": f"https://{self.web}/nodeinfo/2.0",
                }
                return document({"links": [link]}, "application/json", **cors)
            case "/nodeinfo/2.0":
                return document({"software": {"name": "mastodon", "version": "4.6.5"}}, "application/json")
            case "/actor" | "/users/alice":
                return document(self._actor(ask.path), "application/activity+json; charset=utf-8")
            case "/actor/inbox" | "/inbox" if ask.method == "POST":
                return Answer(401)
            case "/api/v2/instance":
                urls = {"urls": {"streaming": f"wss://{self.web}"}}
                picture = {"url": f"https://{MEDIA}/site_uploads/thumbnail.png"}
                told = {"domain": self.apex, "configuration": urls, "thumbnail": picture}
                return document(told, "application/json")
            case path if path == COUNTED:
                return self.counted("the client")
            case "/":
                return Answer(302, {"Location": f"https://{self.web}/@alice"})
            case "/about":
                policy = f"default-src 'none'; img-src 'self' https://{MEDIA}; media-src https://{MEDIA}/; connect-src https://{MEDIA}"
                return Answer(200, {"Content-Type": "text/html", "Content-Security-Policy": policy}, b"<html>")
        return Answer(404)

    def counted(self, client: str) -> Answer:
        """Refused, with the limit of whom it takes the client for; a used-up limit begins anew."""
        self.counts[client] += 1
        period, used = divmod(self.counts[client], RATE_LIMIT)
        told = {"Limit": RATE_LIMIT, "Remaining": RATE_LIMIT - used, "Reset": f"{2026 + period}-01-01T00:05:00.1Z"}
        return Answer(401, {f"X-RateLimit-{name}": str(value) for name, value in told.items()})

    def _webfinger(self, resource: str | None, cors: dict[str, str]) -> Answer:
        if resource is None:
            return Answer(400, cors)
        name, _unused, domain = resource.lower().removeprefix("acct:").partition("@")
        domains = (self.apex, self.web, *self.alternates)
        if name not in (*domains, "alice") or domain not in domains:
            return Answer(404, cors)
        subject, path = (
            (f"acct:alice@{self.apex}", "/users/alice")
            if name == "alice"
            else (f"acct:mastodon.internal@{self.apex}", "/actor")
        )
        link = {"rel": "self", "type": "application/activity+json", "href": f"https://{self.web}{path}"}
        return document({"subject": subject, "links": [link]}, "application/jrd+json; charset=utf-8", **cors)

    def _host_meta(self) -> bytes:
        """As Mastodon writes it (app/views/well_known/host_meta)."""
        template = f"https://{self.web}/.well-known/webfinger?resource={{uri}}"
        link = f'<Link rel="lrdd" type="application/xrd+xml" template="{template}"/>'
        xrd = f'<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n  {link}\n</XRD>'
        return f'<?xml version="1.0"?>\n{xrd}\n'.encode()

    def _actor(self, path: str) -> dict[str, object]:
        home = f"https://{self.web}"
        actor = f"{home}{path}"
        return {
            "id": actor,
            "type": "Application" if path == "/actor" else "Person",
            "inbox": f"{actor}/inbox",
            "endpoints": {"sharedInbox": f"{home}/inbox"},
            "publicKey": {"id": f"{actor}#main-key", "owner": actor, "publicKeyPem": PUBLIC_KEY},
        }


class Handler(BaseHTTPRequestHandler):
    """Answers for the fediverse in its class attribute, as one process of it when C(process) is set."""

    protocol_version = "HTTP/1.1"
    fediverse: Fediverse
    secure = True
    process = ""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        host = self.headers["Host"].partition(":")[0]
        ask = Ask(host, self.command, self.path, {n.title(): v for n, v in self.headers.items()}, self.secure)
        answer = self._as_process(ask) if self.process else self.fediverse.answer(ask)
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_POST = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass

    def _as_process(self, ask: Ask) -> Answer:
        """What the process behind the proxy says, and which it is."""
        proto = ask.headers.get("X-Forwarded-Proto", "none").lower()
        if self.process == "streaming":
            answer = self.fediverse.streaming(ask)
        elif ask.path == "/health":
            answer = Answer(200, {"Content-Type": "text/plain"}, b"OK")
        elif proto != "https":  # Rails' force_ssl
            answer = Answer(301, {"Location": f"https://{ask.host}{ask.target}"})
        else:
            answer = self.fediverse.instance(ask)
        return answer.but(X_Answered_By=self.process, X_Seen_Proto=proto)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # a check asks several things at a time

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that refuse the certificate hang up: that is what some tests are for."""


if __name__ == "__main__":
    Handler.process = sys.argv[2]
    Handler.fediverse = Fediverse(apex=sys.argv[3], web=sys.argv[4], alternates=tuple(sys.argv[5:]))
    Server(("", int(sys.argv[1])), Handler).serve_forever()
