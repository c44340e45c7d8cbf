# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP to the API server: connections kept alive, retries, and errors with a cure."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ._errors import Failure, KubeError, Unreachable, status_body
from ._light import parts

if TYPE_CHECKING:
    from kubernetes.client import Configuration

CONNECTIONS = 8
CONNECT_TIMEOUT = 10.0
# Longer than the 30 s an admission webhook may take.
READ_TIMEOUT = 60.0
# Too many requests, or the server is starting or stopping: all three promise that nothing was done.
BUSY = (429, 503, 504)
WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')


class Transport:
    def __init__(self, configuration: Configuration, headers: Mapping[str, Any]) -> None:
        from urllib3 import Retry, Timeout
        from urllib3._collections import HTTPHeaderDict

        configuration.connection_pool_maxsize = max(CONNECTIONS, configuration.connection_pool_maxsize or 0)
        self.configuration = configuration
        self.sent = 0
        # What the server advised in passing, such as that pods will violate a policy. A dictionary keeps the order.
        self.warnings: dict[str, None] = {}
        # When the server answered last, by its own clock.
        self.date = ""
        self._lock = threading.Lock()
        # The client package builds TLS, proxy and socket options into its pool; only the pool is used, because the
        # methods around it changed between the versions of the package.
        self._pool = parts().rest.RESTClientObject(configuration).pool_manager
        self._headers = HTTPHeaderDict({"User-Agent": "fediverse.mastodon"})
        for name, value in headers.items():
            for one in value if isinstance(value, list) else [value]:
                self._headers.add(name, one)
        self.impersonates = bool(headers)
        self._timeout = Timeout(connect=CONNECT_TIMEOUT, read=READ_TIMEOUT)
        self._retry = Retry(
            total=5,
            connect=2,
            read=2,
            redirect=0,
            status=5,
            status_forcelist=BUSY,
            allowed_methods={"GET", "PATCH", "DELETE"},  # sent twice they have the effect of once
            backoff_factor=0.2,
            raise_on_status=False,
        )

    def request(
        self,
        method: str,
        path: str,
        attempt: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> bytes:
        """Send one request; ``attempt`` completes "Cannot …" in the error of a refused one."""
        import urllib3

        headers = self._headers.copy()
        headers["Accept"] = accept
        for name, value in self.authorization().items():
            headers[name] = value
        data = None
        if body is not None:
            data = json.dumps(body, separators=(",", ":")).encode()
            headers["Content-Type"] = content_type
        with self._lock:
            self.sent += 1
        try:
            response = self._pool.request(
                method, self.url(path, query), body=data, headers=headers, timeout=self._timeout, retries=self._retry
            )
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(unreachable(self.configuration.host, error)) from error
        self.date = response.headers.get("Date") or self.date
        for header in response.headers.getlist("Warning"):
            if text := warning(header):
                self.warnings.setdefault(text)
        if response.status == 401:
            raise Failure(
                f"The API server at {self.configuration.host} does not accept these credentials (401 Unauthorized):"
                " renew the token or the client certificate, or choose another context."
            )
        if response.status >= 400:
            raise KubeError(attempt, response.status, status_body(response.data))
        return response.data

    def authorization(self) -> dict[str, str]:
        bearer = self.configuration.auth_settings().get("BearerToken")
        if bearer and bearer["value"]:
            return {"authorization": bearer["value"]}
        basic = self.configuration.get_basic_auth_token() if self.configuration.username else None
        return {"authorization": basic} if basic else {}

    def url(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        url = self.configuration.host.rstrip("/") + path
        return f"{url}?{urlencode(query, doseq=True)}" if query else url


def warning(header: str) -> str:
    """The text of a Warning header of the API server: ``299 - "text"``."""
    found = WARNING.match(header)
    return re.sub(r"\\(.)", r"\1", found.group(1)) if found else ""


def unreachable(host: str, error: Exception) -> str:
    """Why no answer came, and the cure."""
    cause = getattr(error, "reason", None) or error
    text = str(cause)
    if "CERTIFICATE_VERIFY_FAILED" in text or "certificate verify failed" in text:
        cure = "its certificate is not trusted: set ca_cert to the cluster's CA, or check that host is the name in it"
    elif "SSL" in type(cause).__name__ or "SSL" in text:
        cure = "TLS failed: check that host is an https:// address of the API server"
    elif "refused" in text:
        cure = "the connection was refused: check host and port, and that the cluster is running"
    elif "resolve" in text or "getaddrinfo" in text:
        cure = "its name does not resolve: check host"
    elif "timed out" in text:
        cure = "it did not answer in time: check the network, VPN and proxy between here and the cluster"
    else:
        cure = "check host, the network and the kubeconfig"
    return f"Cannot reach the API server at {host}: {cure}. ({text})"
