# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection to a Service's port through the API server: works wherever the API is reachable, for example a laptop.

Needs the right to get Services, list Pods and create pods/portforward in the Service's namespace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._client import Cluster
from ._errors import Failure, KubeError, status_body


def forward(cluster: Cluster, namespace: str, service: str, port: int) -> Any:
    """A stream socket to one ready pod behind the Service; closing it ends the forwarding."""
    found = cluster.get("v1", "Service", service, namespace)
    if found is None:
        raise Failure(f"There is no Service {namespace}/{service} in the cluster.")
    selector = found["spec"].get("selector")
    if not selector:
        raise Failure(f"Service {namespace}/{service} selects no pods, so it cannot be reached through the API server.")
    pods = cluster.list("v1", "Pod", namespace, labels=",".join(f"{key}={value}" for key, value in selector.items()))
    pod, pod_port = target(found, pods, port)
    return _open(cluster, namespace, pod, pod_port)


def target(service: Mapping[str, Any], pods: Iterable[Mapping[str, Any]], port: int) -> tuple[str, int]:
    """The name of a ready pod behind the Service, and the pod's port that the Service's port leads to."""
    named = f"Service {service['metadata']['namespace']}/{service['metadata']['name']}"
    entry = next((entry for entry in service["spec"].get("ports", []) if entry["port"] == port), None)
    if entry is None:
        raise Failure(f"{named} has no port {port}.")
    pod = next((pod for pod in pods if _ready(pod)), None)
    if pod is None:
        raise Failure(f"{named} has no ready pod behind it.")
    wanted = entry.get("targetPort", port)
    if isinstance(wanted, int):
        return pod["metadata"]["name"], wanted
    ports = (one for container in pod["spec"]["containers"] for one in container.get("ports", []))
    number = next((one["containerPort"] for one in ports if one.get("name") == wanted), None)
    if number is None:
        raise Failure(f"{named} leads to the port named {wanted!r}, which Pod {pod['metadata']['name']} does not have.")
    return pod["metadata"]["name"], int(number)


def _ready(pod: Mapping[str, Any]) -> bool:
    conditions = pod.get("status", {}).get("conditions", [])
    return "deletionTimestamp" not in pod["metadata"] and any(
        condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions
    )


def _open(cluster: Cluster, namespace: str, pod: str, port: int) -> Any:
    from kubernetes.stream.ws_client import PortForward, create_websocket
    from websocket import WebSocketBadStatusException, WebSocketException

    transport = cluster._transport
    attempt = f"forward port {port} of Pod {namespace}/{pod}"
    path = cluster.resource("v1", "Pod").path(namespace, pod) + "/portforward"
    url = transport.url(path, {"ports": port}).replace("http", "ws", 1)
    transport.sent += 1
    try:
        websocket = create_websocket(transport.configuration, url, transport.authorization())
    except WebSocketBadStatusException as error:
        body = status_body(getattr(error, "resp_body", None) or b"")
        raise KubeError(attempt, error.status_code, body) from error
    except (WebSocketException, OSError) as error:
        raise Failure(f"Cannot {attempt}: the connection failed ({error}).") from error
    return PortForward(websocket, [port]).socket(port)
