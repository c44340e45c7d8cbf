# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What decides replicas: HorizontalPodAutoscalers for web and streaming, ScaledObjects of KEDA for Sidekiq groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._environment._settings import typed
from .._labels import labels
from .._sizes._growth import SWITCHES, autoscaled
from .._sizes._queues import served
from .._sizes._sizes import sizes

# Ruby's lock and Node's one thread leave every process one core at most. At this part of it people begin to wait.
BUSY_MILLICORES = 600

AUTHENTICATION = "mastodon-queues"

# Ending a streaming pod cuts its clients off, who all come back at once (mastodon.md 3.7): seldom, and one at a time.
_SLOW = {
    "scaleDown": {
        "stabilizationWindowSeconds": 1800,
        "policies": [{"type": "Pods", "value": 1, "periodSeconds": 600}],
    }
}


def switches(values: Mapping[str, Any]) -> dict[str, Any]:
    """The typed options of app_autoscaling; ValueError tells what is wrong with them."""
    given = typed(values.get("app_autoscaling"), SWITCHES, "app_autoscaling")
    # Without KEDA nobody would decide: the groups have the replicas of their sizes then.
    keda = "ScaledObject" not in (values.get("app_absent_kinds") or [])
    return {**given, "sidekiq": given["sidekiq"] and keda}


def growing(values: Mapping[str, Any], settled: Mapping[str, Any]) -> list[str]:
    """The workloads whose replicas are not this collection's to say: those it autoscales, and those others do."""
    own = autoscaled(settled, switches(values))
    return [*own, *(name for name in values.get("app_autoscaled_workloads") or [] if name not in own)]


def autoscalers(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the templates need: `cpu` and `queues`, lists of autoscalers, and what KEDA needs to ask Redis.

    values: the variables of the role `app` by their names.
    """
    settled = sizes(values["app_profile"], values.get("app_sizes"))
    named = autoscaled(settled, switches(values))
    queues = list(_by_queues(values, settled, named))
    return {
        "cpu": list(_by_cpu(values, settled, named)),
        "queues": queues,
        "authentication": _authentication(_server(values)) if queues else [],
    }


def _by_cpu(values: Mapping[str, Any], settled: Mapping[str, Any], named: list[str]) -> Iterator[dict[str, Any]]:
    for name in ("web", "streaming"):
        size = settled[name]
        if name in named:
            yield {
                **_common(values, name, name, size),
                "container": name,
                "cpu": size.get("scale_at_cpu") or f"{BUSY_MILLICORES * size.get('processes', 1)}m",
                "behavior": _SLOW if name == "streaming" else None,
            }


def _by_queues(values: Mapping[str, Any], settled: Mapping[str, Any], named: list[str]) -> Iterator[dict[str, Any]]:
    for group, size in settled["sidekiq"].items():
        workload = f"sidekiq-{group}"
        if workload in named:
            queues = sorted(served(size["queues"]))
            yield {
                **_common(values, workload, "sidekiq", size),
                "triggers": [_trigger(values, queue, size["scale_at_jobs"]) for queue in queues],
            }


def _common(values: Mapping[str, Any], workload: str, component: str, size: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "workload": workload,
        "name": f"mastodon-{workload}",
        "labels": labels(values["app_namespace"], component),
        "min": max(int(size["replicas"]), 1),
        "max": size["max_replicas"],
    }


def _server(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The Redis with the queues."""
    return values["app_cache"].get("sidekiq") or values["app_cache"]["base"]


def _trigger(values: Mapping[str, Any], queue: str, jobs: int) -> dict[str, Any]:
    """One queue's length; the group grows until the longest is short enough. https://keda.sh/docs/2.20/scalers/redis-lists/

    Sidekiq keeps a queue as the list ``queue:<name>`` (sidekiq: lib/sidekiq/api.rb, Queue).
    """
    server, namespace = _server(values), values["app_namespace"]
    sentinels = server.get("sentinels") or []
    metadata = {"listName": f"queue:{queue}", "listLength": str(jobs), "databaseIndex": str(server.get("db") or 0)}
    if sentinels:
        metadata["hosts"] = ",".join(_reachable(sentinel["host"], namespace) for sentinel in sentinels)
        metadata["ports"] = ",".join(str(sentinel["port"]) for sentinel in sentinels)
        metadata["sentinelMaster"] = server["sentinel_master"]
    else:
        metadata["host"], metadata["port"] = _reachable(server["host"], namespace), str(server["port"])
    for field, given in (("username", server.get("user")), ("sentinelUsername", server.get("sentinel_user"))):
        if given:
            metadata[field] = given
    if server.get("tls"):
        metadata["enableTLS"] = "true"
    kind = "redis-sentinel" if sentinels else "redis"
    reference = {"authenticationRef": {"name": AUTHENTICATION}} if _authentication(server) else {}
    return {"type": kind, "metadata": metadata, **reference}


def _authentication(server: Mapping[str, Any]) -> list[dict[str, str]]:
    """The keys of Secrets that KEDA needs, as parameters of a TriggerAuthentication."""
    references = {
        "password": server.get("password_secret"),
        "sentinelPassword": server.get("sentinel_password_secret"),
        "ca": server.get("ca_secret") if server.get("tls") else None,
    }
    return [
        {"parameter": parameter, "name": reference["name"], "key": reference["key"]}
        for parameter, reference in references.items()
        if reference
    ]


def _reachable(host: str, namespace: str) -> str:
    """The host as KEDA finds it, which runs in another namespace."""
    return host if "." in host or ":" in host else f"{host}.{namespace}.svc"
