# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked over HTTP and what comes back: plain values, without a socket in sight."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qs, urljoin, urlsplit

# The last three are ours: from this machine nothing leads there, an answer must not lead into a private network, and a
# check never sends more or lasts longer than its limits.
Reason = Literal["dns", "tcp", "tls", "timeout", "route", "private", "budget"]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
DEFAULT_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65535
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:.]+\]|[^/?#:@\[\]\x00-\x20\x7f]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>[/?][^#]*)?(?:#.*)?",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True)
class Url:
    """A URL taken apart without touching a byte of its path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def endpoint(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @classmethod
    def parse(cls, text: str) -> Url | None:
        """None for what is not an absolute http or https URL."""
        match = _URL.fullmatch(text)
        port = int(match["port"] or 0) if match else 0
        if match is None or port > _HIGHEST_PORT:
            return None
        scheme = match["scheme"].lower()
        port = port or DEFAULT_PORTS[scheme]
        target = match["target"] or "/"
        return cls(scheme, match["host"].strip("[]").lower(), port, target if target.startswith("/") else f"/{target}")

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


@dataclass(frozen=True)
class Request:
    """One request. C(family) pins it to IPv4 (4) or IPv6 (6); otherwise every address of the name is tried.

    With C(protocols) nothing is asked: the TLS handshake only tells which of them the server takes up (ALPN).
    """

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    family: Literal[4, 6] | None = None
    protocols: tuple[str, ...] = ()


@dataclass(frozen=True)
class Response:
    """One answer; the body ends at the prober's size limit."""

    request: Request
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    certificate_ends: float | None = None  # Unix time of the leaf's notAfter; None on plain HTTP

    def header(self, name: str) -> str | None:
        """The header's value; several of the same name are joined as RFC 9110 says."""
        values = [value.strip() for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    @property
    def path(self) -> str:
        """The path that was asked for, without its query."""
        url = Url.parse(self.request.url)
        return url.target.partition("?")[0] if url else self.request.url

    @property
    def place(self) -> str:
        """Host and path, for messages."""
        url = Url.parse(self.request.url)
        return f"{url.authority}{self.path}" if url else self.path

    @property
    def resource(self) -> str:
        """The webfinger resource that was asked for, decoded for messages."""
        query = parse_qs(urlsplit(self.request.url).query)
        return query.get("resource", ["a lookup without a resource"])[0]

    @property
    def media_type(self) -> str:
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()

    @property
    def coding(self) -> str:
        """How the body was compressed; empty when it was not, as all requests demand."""
        coding = (self.header("Content-Encoding") or "").lower()
        return coding if coding != "identity" else ""

    @property
    def is_redirect(self) -> bool:
        return self.status in REDIRECTS and self.header("Location") is not None

    @property
    def location(self) -> Url | None:
        """Where a redirect points, made absolute; None when it points to nothing HTTP can fetch."""
        target = self.header("Location")
        try:
            return Url.parse(urljoin(self.request.url, target)) if target else None
        except ValueError:  # brackets around what is no IPv6 address
            return None

    def json(self) -> Any:
        """The parsed body; None when it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):  # the latter: thousands of brackets
            return None

    def __str__(self) -> str:
        arrow = f" -> {self.header('Location')}" if self.is_redirect else ""
        coding = f" in {self.coding}" if self.coding else ""
        return f"{self.status} {self.media_type or 'without a content type'}{coding}{arrow}"


@dataclass(frozen=True)
class Handshake:
    """What came of a request with C(protocols): the one that the server took up, or None."""

    request: Request
    protocol: str | None

    def __str__(self) -> str:
        return self.protocol or "no protocol of those offered"


@dataclass(frozen=True)
class Unreachable:
    """No answer, and how far the request came. C(broken): the connection broke off, which another try need not."""

    request: Request
    reason: Reason
    detail: str
    broken: bool = False

    def __str__(self) -> str:
        return f"{self.request.url}: {self.detail}"


Observation: TypeAlias = "Response | Handshake | Unreachable"
