# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that let each process reach what it is configured to, the Internet's web, and nothing else (T56)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from ._endpoints import Endpoint, endpoints
from ._variable import Process

# Where clouds hand out credentials to whoever asks (operators.md 17; the second is the same over IPv6).
METADATA = {"0.0.0.0/0": "169.254.169.254/32", "::/0": "fd00:ec2::254/128"}

# Names are looked up wherever the cluster's resolver is: a Service, the node, or beyond. Policies see the port of
# the resolver's pod, which is 5353 behind OpenShift's Service.
DNS = {"ports": [{"port": port, "protocol": protocol} for port in (53, 5353) for protocol in ("UDP", "TCP")]}

# Other servers are anywhere, on the web's ports.
WEB_PORTS = (80, 443)
_FEDERATING = frozenset({Process.WEB, Process.SIDEKIQ, Process.JOB})


def egress(values: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The egress rules of each process, by its name, from the variables of the role `app`."""
    extra = list(values.get("app_egress") or [])
    return {
        process.value: [DNS, *_rules(process, found, values["app_namespace"]), *extra]
        for process, found in endpoints(values).items()
    }


def _rules(process: Process, found: Sequence[Endpoint], namespace: str) -> list[dict[str, Any]]:
    """One rule for each kind of place, its ports together."""
    places: dict[tuple[str, str], set[int]] = {}
    for endpoint in found:
        places.setdefault(_place(endpoint.host, namespace), set()).add(endpoint.port)
    if process in _FEDERATING:
        places.setdefault(("outside", ""), set()).update(WEB_PORTS)
    return [_rule(kind, where, sorted(ports)) for (kind, where), ports in sorted(places.items())]


def _place(host: str, namespace: str) -> tuple[str, str]:
    """Where a host is: in this namespace, in another, at an address, or outside the cluster."""
    try:
        return "address", str(ipaddress.ip_network(host.strip("[]")))
    except ValueError:
        pass
    labels = host.rstrip(".").split(".")
    if len(labels) == 1:
        return "own", ""
    if len(labels) > 2 and labels[2] == "svc":
        return ("own", "") if labels[1] == namespace else ("namespace", labels[1])
    return "outside", ""


def _rule(kind: str, where: str, ports: list[int]) -> dict[str, Any]:
    listed = [{"port": port, "protocol": "TCP"} for port in ports]
    match kind:
        # Within the cluster without ports: policies see the port of the pod, and a Service may give it another.
        case "own":
            return {"to": [{"podSelector": {}}]}
        case "namespace":
            return {"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": where}}}]}
        case "address":
            return {"to": [{"ipBlock": {"cidr": where}}], "ports": listed}
        case _:
            blocks = [{"ipBlock": {"cidr": cidr, "except": [metadata]}} for cidr, metadata in METADATA.items()]
            return {"to": blocks, "ports": listed}
