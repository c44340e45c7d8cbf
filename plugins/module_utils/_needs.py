# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kinds of object the chosen backends need the cluster to know, and what to do when it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Need:
    """A kind that must be served, the choice that needs it, and how to get it or do without."""

    api_version: str
    kind: str
    needed_by: str
    cure: str


_CNPG = "install CloudNativePG 1.28 or newer (https://cloudnative-pg.io), or set database_backend to external"
_GATEWAY = "install the Gateway API 1.5 or newer and a controller for it, such as Envoy Gateway (https://gateway.envoyproxy.io)"
_CERTIFICATE = "install cert-manager (https://cert-manager.io), or name an existing Secret in edge_certificate_secret"
_MONITOR = "install prometheus-operator (https://prometheus-operator.dev), or leave app_metrics.pod_monitor out"


def needed_kinds(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """The needs of one instance, from the variables the user set; what is not set has the roles' default."""
    needs = []
    if values.get("database_backend", "cnpg") == "cnpg":
        needs += [
            Need("postgresql.cnpg.io/v1", kind, "database_backend: cnpg", _CNPG) for kind in ("Cluster", "Pooler")
        ]
    if values.get("edge_backend", "gateway") == "gateway":
        needs += [
            Need("gateway.networking.k8s.io/v1", kind, "edge_backend: gateway", _GATEWAY)
            for kind in ("Gateway", "HTTPRoute")
        ]
    if values.get("edge_certificate_issuer"):
        needs.append(Need("cert-manager.io/v1", "Certificate", "edge_certificate_issuer", _CERTIFICATE))
    if (values.get("app_metrics") or {}).get("pod_monitor"):
        needs.append(Need("monitoring.coreos.com/v1", "PodMonitor", "app_metrics.pod_monitor", _MONITOR))
    return [asdict(need) for need in needs]
