# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request over one connection, with one deadline over all of it: connection, handshake, headers and body."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from ._addresses import Address, routed
from ._http import Handshake, Observation, Request, Response, Unreachable, Url
from ._tls import offering, why

USER_AGENT = "fediverse.mastodon (federation check)"
_BODY_LIMIT = 1 << 20
_LEAST_CONNECT_SECONDS = 2.0
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Deadline:
    """When a request must be over, by which clock, and how many seconds it was given."""

    ends: float
    seconds: float
    clock: Callable[[], float]

    @property
    def remaining(self) -> float:
        return self.ends - self.clock()

    def left(self) -> float:
        """Raises TimeoutError when nothing is."""
        left = self.remaining
        if left <= 0:
            raise TimeoutError
        return left


@dataclass(frozen=True)
class Line:
    """How to get through: whom to trust, and the addresses that were silent, which are tried last."""

    context: ssl.SSLContext
    silent: set[Address] = field(default_factory=set)


def attempt(request: Request, url: Url, candidates: tuple[Address, ...], line: Line, deadline: Deadline) -> Observation:
    """What comes of it. Follows nothing, and raises for nothing a server does."""
    connected = _connect(request, candidates, line.silent, deadline)
    if isinstance(connected, Unreachable):
        return connected
    with closing(connected) as plain:
        try:
            plain.settimeout(deadline.left())
            stream = _encrypt(plain, url.host, request.protocols, line.context) if url.scheme == "https" else plain
        except TimeoutError:
            return Unreachable(request, "timeout", f"no TLS handshake within {deadline.seconds:.3g} s")
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; ValueError: a name TLS cannot ask for
            broken = isinstance(error, (ConnectionError, ssl.SSLEOFError))
            return Unreachable(request, "tls", why(error), broken)
        with closing(stream):
            if request.protocols:
                return Handshake(request, _protocol(stream))
            return _exchange(request, url, stream, deadline)


def _connect(
    request: Request, candidates: tuple[Address, ...], silent: set[Address], deadline: Deadline
) -> socket.socket | Unreachable:
    within_reach = sorted(filter(routed, candidates), key=silent.__contains__)
    if not within_reach:
        where = ", ".join(address.ip for address in candidates)
        return Unreachable(request, "route", f"this machine has no route to {where}")
    # Each address has its share of the time, so that a dead IPv6 route does not hide a healthy IPv4 one.
    share = max(_LEAST_CONNECT_SECONDS, deadline.seconds / len(within_reach))
    failure = Unreachable(request, "timeout", f"no connection within {deadline.seconds:.3g} s")
    for address in within_reach:
        granted = min(share, deadline.remaining)
        if granted <= 0:
            break
        where = f"{address.ip} port {address.port}"
        try:
            connected = socket.create_connection((address.ip, address.port), timeout=granted)
        except TimeoutError:
            silent.add(address)
            failure = Unreachable(request, "timeout", f"no connection to {where} within {granted:.3g} s")
        except OSError as error:
            broken = isinstance(error, ConnectionResetError)
            failure = Unreachable(request, "tcp", f"no connection to {where} ({error.strerror or error})", broken)
        else:
            # The request would else wait for the acknowledgement of the handshake's last part, 40 ms each time.
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connected
    return failure


def _encrypt(plain: socket.socket, host: str, protocols: tuple[str, ...], context: ssl.SSLContext) -> ssl.SSLSocket:
    return (offering(protocols) if protocols else context).wrap_socket(plain, server_hostname=host)


def _exchange(request: Request, url: Url, stream: socket.socket, deadline: Deadline) -> Observation:
    connection = http.client.HTTPConnection(url.host, url.port)
    paced: Any = _Paced(stream, deadline)
    connection.sock = paced
    try:
        # putrequest sends the target byte for byte, and Accept-Encoding: identity, for without that a cache on the way
        # may answer in any coding (RFC 9110, 12.5.3). Host would else be Python's choice.
        connection.putrequest(request.method, url.target, skip_host=True)
        length = (("Content-Length", str(len(request.body))),) if request.body else ()
        for name, value in (("Host", url.authority), ("User-Agent", USER_AGENT), *length, *request.headers):
            connection.putheader(name, value)
        connection.endheaders(request.body or None)
        answer = connection.getresponse()
        return Response(
            request=request,
            status=answer.status,
            headers=tuple(answer.getheaders()),
            body=_decoded(_body(answer), answer.getheader("Content-Encoding")),
            certificate_ends=_certificate_ends(stream),
        )
    except TimeoutError:
        return Unreachable(request, "timeout", f"no answer within {deadline.seconds:.3g} s")
    except (OSError, http.client.HTTPException, ValueError) as error:
        detail = f"the connection breaks before an HTTP answer ({error or type(error).__name__})"
        return Unreachable(request, "tcp", detail, isinstance(error, (ConnectionError, ssl.SSLEOFError)))


class _Paced:
    """What http.client needs of a socket. Whoever opened it closes it."""

    def __init__(self, stream: socket.socket, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._stream.settimeout(self._deadline.left())
        self._stream.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._stream, self._deadline))

    def close(self) -> None:
        pass


class _Reader(io.RawIOBase):
    """Bounds all reads together: a server that sends a byte now and then would satisfy each of them for ever."""

    def __init__(self, stream: socket.socket, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._stream.settimeout(self._deadline.left())
        return self._stream.recv_into(buffer)


def _body(answer: http.client.HTTPResponse) -> bytes:
    """What arrives of the body until its end, the limit or the deadline: an endless stream is an answer as well."""
    received = bytearray()
    try:
        while len(received) < _BODY_LIMIT:
            chunk = answer.read1(_BODY_LIMIT - len(received))
            if not chunk:
                break
            received += chunk
    except (OSError, http.client.HTTPException):
        pass
    return bytes(received)


def _decoded(body: bytes, coding: str | None) -> bytes:
    """The body without a coding that nobody asked for, as clients read it that can."""
    if (coding or "").strip().lower() not in ("gzip", "x-gzip", "deflate"):
        return body
    try:
        return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(body, _BODY_LIMIT)
    except zlib.error:
        return body


def _certificate_ends(stream: socket.socket) -> float | None:
    if not isinstance(stream, ssl.SSLSocket):
        return None
    certificate = stream.getpeercert() or {}
    ends = certificate.get("notAfter")
    return ssl.cert_time_to_seconds(ends) if isinstance(ends, str) else None


def _protocol(stream: socket.socket) -> str | None:
    return stream.selected_alpn_protocol() if isinstance(stream, ssl.SSLSocket) else None
