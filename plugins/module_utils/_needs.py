# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kinds of object the chosen backends need the cluster to know, and what to do when it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ._switch import switched


@dataclass(frozen=True)
class Need:
    """A kind that must be served, the choice that needs it, and how to get it or do without."""

    api_version: str
    kind: str
    needed_by: str
    cure: str
    # Done without, with a notice, where the cluster does not know it.
    optional: bool = False


_CNPG = "install CloudNativePG 1.28 or newer (https://cloudnative-pg.io), or set database_backend to external"
_GATEWAY = "install the Gateway API 1.5 or newer and a controller for it, such as Envoy Gateway (https://gateway.envoyproxy.io)"
_TRAEFIK = "install Traefik 3 with its kinds (https://doc.traefik.io/traefik), or choose another edge_backend"
_CERTIFICATE = "install cert-manager (https://cert-manager.io), or name an existing Secret in edge_certificate_secret"
_MONITOR = "install prometheus-operator (https://prometheus-operator.dev), or set mastodon_monitoring to false"
_KEDA = "install KEDA (https://keda.sh), or leave app_autoscaling.sidekiq out: the groups keep their replicas"

# The roles that can be monitored each have a switch, which follows this one.
MONITORING = "mastodon_monitoring"
_MONITORED = ("app", "database", "edge")


def needed_kinds(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The needs of one instance, from the variables the user set; what is not set has the roles' default."""
    needs = []
    if values.get("database_backend", "cnpg") == "cnpg":
        needs += [
            Need("postgresql.cnpg.io/v1", kind, "database_backend: cnpg", _CNPG) for kind in ("Cluster", "Pooler")
        ]
    edge = values.get("edge_backend", "gateway")
    if edge == "gateway":
        needs += [
            Need("gateway.networking.k8s.io/v1", kind, "edge_backend: gateway", _GATEWAY)
            for kind in ("Gateway", "HTTPRoute")
        ]
    if edge == "traefik":
        needs += [
            Need("traefik.io/v1alpha1", kind, "edge_backend: traefik", _TRAEFIK)
            for kind in ("IngressRoute", "Middleware", "ServersTransport")
        ]
    handle = values.get("edge_handle_backend", edge)
    if handle == "gateway" != edge:
        needs.append(Need("gateway.networking.k8s.io/v1", "HTTPRoute", "edge_handle_backend: gateway", _GATEWAY))
    if handle == "traefik" != edge:
        needs += [
            Need("traefik.io/v1alpha1", kind, "edge_handle_backend: traefik", _TRAEFIK)
            for kind in ("IngressRoute", "Middleware")
        ]
    if values.get("edge_certificate_issuer"):
        needs.append(Need("cert-manager.io/v1", "Certificate", "edge_certificate_issuer", _CERTIFICATE))
    if any(switched(values, f"{role}_monitoring", switched(values, MONITORING)) for role in _MONITORED):
        needs += [
            Need("monitoring.coreos.com/v1", kind, MONITORING, _MONITOR, optional=True)
            for kind in ("PodMonitor", "PrometheusRule")
        ]
    if switched(values.get("app_autoscaling") or {}, "sidekiq"):
        needs += [
            Need("keda.sh/v1alpha1", kind, "app_autoscaling.sidekiq", _KEDA, optional=True)
            for kind in ("ScaledObject", "TriggerAuthentication")
        ]
    return [asdict(need) for need in needs]
