# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets to an object store: directly, at given addresses, or through the Kubernetes API for names only pods know."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .._probe._addresses import Overrides, addresses
from .._probe._tls import why

# The form in which a Service is named from other namespaces; the cluster's own domain may follow.
_SERVICE = re.compile(r"(?P<service>[a-z0-9-]+)\.(?P<namespace>[a-z0-9-]+)\.svc(\..+)?")

Forward = Callable[[str, str, int], Any]


class UnreachableError(Exception):
    """No connection: ``str(error)`` is one clause that says why."""


@dataclass(frozen=True)
class Reach:
    """How to open connections. ``forward(namespace, service, port)`` is used for Services that do not resolve here."""

    overrides: Overrides
    trust: ssl.SSLContext
    timeout: float
    forward: Forward

    def socket(self, scheme: str, host: str, port: int) -> Any:
        """A connected socket, with TLS on it for https."""
        plain = self._connect(host, port)
        if scheme != "https":
            return plain
        try:
            return self.trust.wrap_socket(plain, server_hostname=host)
        except OSError as error:
            plain.close()
            raise UnreachableError(why(error)) from error

    def _connect(self, host: str, port: int) -> Any:
        try:
            found = addresses(host, port, self.overrides)
        except socket.gaierror as error:
            service = _SERVICE.fullmatch(host)
            if service is None:
                raise UnreachableError(f"the name {host} does not resolve here ({error.strerror})") from error
            forwarded = self.forward(service["namespace"], service["service"], port)
            forwarded.settimeout(self.timeout)
            return forwarded
        failure: OSError | None = None
        for address in found:
            try:
                return socket.create_connection((address.ip, address.port), self.timeout)
            except OSError as error:
                failure = error
        raise UnreachableError(f"{host} port {port} does not answer ({failure})") from failure
