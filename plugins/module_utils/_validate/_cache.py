# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the cache's variables that types cannot tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._backing._cache import PURPOSES
from .._backing._quantity import mebibytes
from .._switch import switched
from ._amounts import CPU, amount_mistakes
from ._app_values import dictionary
from ._mistake import Mistake
from ._pods import pod_spec_mistakes

# A fresh server takes a few mebibytes, and an instance's empty queues and feeds some more; below this the kernel, not
# maxmemory, ends it (T27).
_LEAST_MEMORY = 64
_KEDA = "[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: keda}}}]"


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every mistake in the `cache_*` variables."""
    yield from pod_spec_mistakes(values, "cache_pod_spec")
    if values.get("cache_backend", "valkey") == "external":
        yield from _external(values.get("cache_external") or {})
        return
    yield from _unreachable(values)
    for variable in ("cache_queue_memory", "cache_volatile_memory"):
        yield from _memory(variable, values.get(variable))
    for variable in ("cache_queue_cpu", "cache_volatile_cpu"):
        if values.get(variable) is not None:
            yield from amount_mistakes(variable, values[variable], CPU)


def _unreachable(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """KEDA that does not reach the server makes no autoscaler, and the groups stay at one Pod without a word."""
    asked = switched(dictionary(values, "app_autoscaling"), "sidekiq")
    if asked and switched(values, "cache_network_policy", True) and not values.get("cache_clients"):
        problem = "nobody lets KEDA ask for the lengths of queues, as app_autoscaling.sidekiq needs"
        cure = f"set it to where KEDA runs, such as {_KEDA}, or cache_network_policy to false"
        yield Mistake("cache_clients", problem, cure)


def _memory(variable: str, value: Any) -> Iterator[Mistake]:
    if value is None:
        return
    try:
        found = mebibytes(value)
    except ValueError as error:
        yield Mistake(variable, str(error), "write it like 512Mi")
        return
    if found < _LEAST_MEMORY:
        yield Mistake(variable, f"{value} is too little for a server", f"set {_LEAST_MEMORY}Mi or more")


def _external(given: Mapping[str, Any]) -> Iterator[Mistake]:
    variable = "cache_external"
    if not given.get("base"):
        yield Mistake(variable, "base is not set", "set cache_external.base, or cache_backend: valkey")
    for purpose in PURPOSES:
        server = given.get(purpose)
        if isinstance(server, Mapping) and server:
            yield from _server(f"{variable}.{purpose}", purpose, server)
    base, cache = given.get("base"), given.get("cache")
    if isinstance(base, Mapping) and isinstance(cache, Mapping) and _address(base) == _address(cache):
        problem = "base and cache are one server: it either evicts jobs, or cannot evict caches"
        yield Mistake(variable, problem, "remove cache, or name a second server there (another db is the same server)")


def _server(variable: str, purpose: str, server: Mapping[str, Any]) -> Iterator[Mistake]:
    host, sentinels = server.get("host"), server.get("sentinels")
    if not host and not sentinels:
        yield Mistake(variable, "neither host nor sentinels is set", "set one of them")
    if host and sentinels:
        yield Mistake(
            variable, "both host and sentinels are set", "remove host: the Sentinels know where the primary is"
        )
    if isinstance(host, str) and ("://" in host or host.count(":") == 1):
        yield Mistake(
            variable, f"host {host} is not a bare host name", "write the host alone, its port in port, TLS in tls"
        )
    if sentinels and not server.get("sentinel_master"):
        yield Mistake(variable, "sentinel_master is not set", "set the name the Sentinels know the primary by")
    if sentinels and switched(server, "tls"):
        problem = "Mastodon speaks TLS only to servers given by a URL, which names no Sentinels"
        yield Mistake(variable, problem, "remove tls, or give the primary's host instead of sentinels")
    if server.get("ca_secret") and not switched(server, "tls"):
        yield Mistake(variable, "ca_secret is set, but TLS is off", "set tls: true, or remove ca_secret")


def _address(server: Mapping[str, Any]) -> tuple[Any, ...]:
    sentinels = tuple(sorted(str(sentinel.get("host")) for sentinel in server.get("sentinels") or []))
    return server.get("host"), server.get("port") or 6379, sentinels, server.get("sentinel_master")
