# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed and anonymous requests to an object store, one connection each."""

from __future__ import annotations

import base64
import hashlib
import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from ._bucket import error_of
from ._reach import Reach, UnreachableError

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Answer:
    """Status 0 means that no answer came; `body` then says why."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def summary(self) -> str:
        """What came back, in a few words."""
        if self.status == 0:
            return self.body.decode()
        error = error_of(self.body)
        return f"{self.status} ({error})" if error else str(self.status)


@dataclass(frozen=True)
class Credentials:
    """A key of the store. Never shown."""

    access_key_id: str
    secret_access_key: str

    def __repr__(self) -> str:
        return "Credentials(...)"


@dataclass(frozen=True)
class Store:
    """One bucket of one store. `endpoint` is its base address; `path_style` puts the bucket into the path."""

    reach: Reach
    credentials: Credentials
    endpoint: str
    region: str
    bucket: str
    path_style: bool = True

    def url(self, key: str = "", query: str = "") -> str:
        """The address of the bucket, or of an object in it, as the store's API knows it."""
        parts = urlsplit(self.endpoint)
        base = parts.path.rstrip("/")
        host, path = (
            (parts.netloc, f"{base}/{self.bucket}") if self.path_style else (f"{self.bucket}.{parts.netloc}", base)
        )
        path += f"/{quote(key)}" if key or not path else ""
        return f"{parts.scheme}://{host}{path}{'?' + query if query else ''}"

    def signed(
        self, method: str, key: str = "", query: str = "", body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A request with the application's key."""
        # Late, because most runs of a module process never sign anything: 0.16 s.
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials as Key

        url = self.url(key, query)
        sent = dict(headers or {})
        if body:
            # Stores want it for the configuration of a bucket.
            sent["Content-MD5"] = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        request = AWSRequest(method=method, url=url, data=body, headers=sent)
        key_pair = Key(self.credentials.access_key_id, self.credentials.secret_access_key)
        S3SigV4Auth(key_pair, "s3", self.region).add_auth(request)
        return exchange(self.reach, method, url, dict(request.headers.items()), body)

    def anonymous(self, method: str, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """A request as a browser or another server sends it."""
        return exchange(self.reach, method, url, dict(headers or {}))


class _Connection(http.client.HTTPConnection):
    def __init__(self, reach: Reach, scheme: str, host: str, port: int) -> None:
        super().__init__(host, port, timeout=reach.timeout)
        self._reach, self._scheme = reach, scheme

    def connect(self) -> None:
        self.sock: Any = self._reach.socket(self._scheme, self.host, self.port)


def exchange(reach: Reach, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> Answer:
    """Send one request and read its whole answer; what prevents one becomes an answer with status 0."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    # As it is signed: without the scheme's own port.
    headers["Host"] = host if port == _DEFAULT_PORTS[parts.scheme] else f"{host}:{port}"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _Connection(reach, parts.scheme, host, port)
    try:
        connection.request(method, target, body=body or None, headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    except (UnreachableError, http.client.HTTPException, OSError) as error:
        return Answer(0, {}, f"no answer from {host}:{port}: {error or type(error).__name__}".encode())
    finally:
        connection.close()
