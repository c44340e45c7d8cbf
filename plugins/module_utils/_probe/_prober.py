# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends requests with the standard library, follows nothing, and raises for nothing a server does."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import closing
from typing import Literal, TypeAlias

from ._addresses import Address, Overrides, addresses
from ._http import Handshake, Observation, Request, Response, Unreachable, Url
from ._tls import offering, why

USER_AGENT = "fediverse.mastodon (federation check)"
BUDGET = 40
_BODY_LIMIT = 1 << 20
_LEAST_CONNECT_SECONDS = 2.0

_Endpoint: TypeAlias = "tuple[tuple[str, str, int], int | None]"


class Prober:
    """A client with a budget, for several threads.

    An endpoint that was silent is not asked again: one dead host costs one timeout, not one for each request. That is
    why the first request to each endpoint goes alone.
    C(timeout) bounds each request, in seconds.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        *,
        overrides: Overrides | None = None,
        timeout: float = 10.0,
        budget: int = BUDGET,
    ) -> None:
        self.requests = 0
        self._context = context
        self._overrides = overrides or {}
        self._timeout = timeout
        self._budget = budget
        self._lock = threading.Lock()
        self._gates: dict[_Endpoint, threading.Lock] = {}
        self._answering: set[_Endpoint] = set()
        self._dead: dict[_Endpoint, Unreachable] = {}

    def send(self, request: Request) -> Observation:
        url = Url.parse(request.url)
        if url is None:
            raise ValueError(f"'{request.url}' is not an http or https URL")
        endpoint = (url.endpoint, request.family)
        with self._lock:
            gate = self._gates.setdefault(endpoint, threading.Lock())
        with gate:
            if endpoint not in self._answering:
                return self._ask(request, url, endpoint)
        return self._ask(request, url, endpoint)

    def _ask(self, request: Request, url: Url, endpoint: _Endpoint) -> Observation:
        dead = self._dead.get(endpoint)
        if dead is not None:
            return Unreachable(request, dead.reason, dead.detail)
        with self._lock:
            if self.requests >= self._budget:
                return Unreachable(request, "budget", f"not asked: {self._budget} requests are the limit of one check")
            self.requests += 1
        answer = self._attempt(request, url)
        if not isinstance(answer, Unreachable):
            self._answering.add(endpoint)
        # A refused connection costs no time, one that broke off may be the path's fault, and so is the silence of an
        # endpoint that has answered: all are worth another try.
        elif answer.reason != "tcp" and endpoint not in self._answering:
            self._dead[endpoint] = answer
        return answer

    def families(self, host: str, port: int = 443) -> tuple[Literal[4, 6], ...]:
        """The address families the name has and this machine has a route to; empty when it does not resolve."""
        try:
            found = addresses(host, port, self._overrides)
        except (OSError, UnicodeError):
            return ()
        return tuple(sorted({address.family for address in found if _routed(address)}))

    def _attempt(self, request: Request, url: Url) -> Observation:
        deadline = time.monotonic() + self._timeout
        try:
            candidates = addresses(url.host, url.port, self._overrides, request.family)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that no resolver accepts
            return Unreachable(
                request, "dns", f"the name {url.host} does not resolve ({getattr(error, 'strerror', None) or error})"
            )
        connected = self._connect(request, url, candidates)
        if isinstance(connected, Unreachable):
            return connected
        with closing(connected) as plain:
            try:
                plain.settimeout(_left(deadline))
                stream = self._encrypt(plain, url.host, request.protocols) if url.scheme == "https" else plain
            except TimeoutError:
                return Unreachable(request, "timeout", f"no TLS handshake within {self._timeout:g} s")
            except OSError as error:  # ssl.SSLError is one
                return Unreachable(request, "tls", why(error))
            with closing(stream):
                if request.protocols:
                    return Handshake(request, _protocol(stream))
                return self._exchange(request, url, stream, deadline)

    def _connect(self, request: Request, url: Url, candidates: tuple[Address, ...]) -> socket.socket | Unreachable:
        # Each address has its share of the time, so that a dead IPv6 route does not hide a healthy IPv4 one.
        share = max(_LEAST_CONNECT_SECONDS, self._timeout / len(candidates))
        failure = Unreachable(request, "tcp", "no address to connect to")
        for address in candidates:
            where = f"{address.ip} port {address.port}"
            try:
                connected = socket.create_connection((address.ip, address.port), timeout=share)
            except TimeoutError:
                failure = Unreachable(request, "timeout", f"no connection to {where} within {share:g} s")
            except OSError as error:
                failure = Unreachable(request, "tcp", f"no connection to {where} ({error.strerror or error})")
            else:
                # The request would else wait for the acknowledgement of the handshake's last part, 40 ms each time.
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connected
        return failure

    def _encrypt(self, plain: socket.socket, host: str, protocols: tuple[str, ...]) -> ssl.SSLSocket:
        context = offering(protocols) if protocols else self._context
        return context.wrap_socket(plain, server_hostname=host)

    def _exchange(self, request: Request, url: Url, stream: socket.socket, deadline: float) -> Observation:
        connection = http.client.HTTPConnection(url.host, url.port, timeout=self._timeout)
        connection.sock = stream
        certificate_ends = _certificate_ends(stream)  # now: the end of an answer may close the stream
        try:
            # putrequest sends the target byte for byte; Host and Accept-Encoding would else be Python's choice.
            connection.putrequest(request.method, url.target, skip_host=True, skip_accept_encoding=True)
            authority = str(url).removeprefix(f"{url.scheme}://").removesuffix(url.target)
            length = (("Content-Length", str(len(request.body))),) if request.body else ()
            for name, value in (("Host", authority), ("User-Agent", USER_AGENT), *length, *request.headers):
                connection.putheader(name, value)
            connection.endheaders(request.body or None)
            answer = connection.getresponse()
            return Response(
                request=request,
                status=answer.status,
                headers=tuple(answer.getheaders()),
                body=_body(answer, stream, deadline),
                certificate_ends=certificate_ends,
            )
        except TimeoutError:
            return Unreachable(request, "timeout", f"no answer within {self._timeout:g} s")
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            return Unreachable(
                request, "tcp", f"the connection breaks before an HTTP answer ({error or type(error).__name__})"
            )


def _routed(address: Address) -> bool:
    with closing(socket.socket(socket.AF_INET6 if address.family == 6 else socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect((address.ip, address.port))  # a datagram socket only looks the route up, it sends nothing
        except OSError:
            return False
    return True


def _left(deadline: float) -> float:
    return max(0.01, deadline - time.monotonic())


def _body(answer: http.client.HTTPResponse, stream: socket.socket, deadline: float) -> bytes:
    """What arrives of the body until its end, the limit or the deadline: an endless stream is an answer as well."""
    received = bytearray()
    try:
        while len(received) < _BODY_LIMIT and time.monotonic() < deadline:
            stream.settimeout(_left(deadline))
            chunk = answer.read1(_BODY_LIMIT - len(received))
            if not chunk:
                break
            received += chunk
    except (OSError, http.client.HTTPException):
        pass
    return bytes(received)


def _certificate_ends(stream: socket.socket) -> float | None:
    if not isinstance(stream, ssl.SSLSocket):
        return None
    certificate = stream.getpeercert() or {}
    ends = certificate.get("notAfter")
    return ssl.cert_time_to_seconds(ends) if isinstance(ends, str) else None


def _protocol(stream: socket.socket) -> str | None:
    return stream.selected_alpn_protocol() if isinstance(stream, ssl.SSLSocket) else None
