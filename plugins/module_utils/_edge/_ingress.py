# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The handle domain as an Ingress, which cannot redirect: the exact paths go to the instance itself.

Mastodon answers for its LOCAL_DOMAIN (config/initializers/1_hosts.rb), and rack-cors adds the header (C13 of the apex
contract). It is the one form that every controller understands.
"""

from __future__ import annotations

from typing import Any

from ._handle import HANDLE_PATHS, Handle, metadata

API_VERSION = "networking.k8s.io/v1"
KIND = "Ingress"


def ingress(handle: Handle) -> dict[str, Any]:
    service = {"name": handle.service_name, "port": {"number": handle.service_port}}
    paths = [{"path": path, "pathType": "Exact", "backend": {"service": service}} for path in HANDLE_PATHS]
    spec: dict[str, Any] = {"rules": [{"host": handle.local_domain, "http": {"paths": paths}}]}
    if handle.certificate_secret:
        # Never without a Secret: ingress-nginx takes a host's certificate from the oldest Ingress with any section tls,
        # and one that names no Secret, or one whose certificate is for other names, gives the host the default
        # certificate, so the site there would lose its own (internal/ingress/controller/controller.go, createServers
        # and extractTLSSecretName). Traefik reads nothing but Secrets from this section; whether it answers on HTTPS
        # is its entry point's matter (pkg/provider/kubernetes/ingress/kubernetes.go, getCertificates and loadRouter).
        spec["tls"] = [{"hosts": [handle.local_domain], "secretName": handle.certificate_secret}]
    if handle.ingress_class:
        spec["ingressClassName"] = handle.ingress_class
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata(handle), "spec": spec}
