# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why something is not ready, from the workload down to the last words of its containers, as one readable text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .._kube._client import Cluster, reference
from .._kube._errors import KubeError
from ._family import BETWEEN, Families, last_seen
from ._pods import containers, exit_of, pod
from ._scrub import scrub
from ._state import Ready, State
from ._targets import Target

LOG_LINES = 20
PODS = 2
EVENTS = 5


def explain(cluster: Cluster, target: Target, item: Mapping[str, Any] | None, state: State) -> str:
    return "\n".join(_lines(cluster, target, item, state))


def _lines(cluster: Cluster, target: Target, item: Mapping[str, Any] | None, state: State) -> Iterator[str]:
    yield f"{target.ref}: {scrub(state.reason)}"
    if item is None or not target.namespace:
        return
    try:
        yield from _indented(_events(cluster, item))
        if target.kind in BETWEEN:
            family = Families(cluster, target.namespace, [target.kind]).of(item)
            for between in family.between:
                if events := list(_events(cluster, between)):
                    yield f"  {reference(between)}:"
                    yield from _indented(_indented(events))
            unready = [one for one in family.pods if not isinstance(pod(one), Ready)]
            for one in unready[:PODS]:
                yield from _indented(_pod(cluster, one))
            if len(unready) > PODS:
                yield f"  and {len(unready) - PODS} more pods that are not ready"
        elif target.kind == "Pod":
            yield from _containers(cluster, item)
    except KubeError as error:
        yield f"  (more cannot be told: {error})"


def _pod(cluster: Cluster, item: Mapping[str, Any]) -> Iterator[str]:
    yield f"{reference(item)}: {scrub(pod(item).reason)}"
    yield from _indented(_containers(cluster, item))
    yield from _indented(_events(cluster, item))


def _containers(cluster: Cluster, item: Mapping[str, Any]) -> Iterator[str]:
    """The last lines of each container that has run and is not ready."""
    metadata = item["metadata"]
    for container in containers(item):
        ended = exit_of(container)
        running = (container.get("state") or {}).get("running")
        if container.get("ready") or not (running or ended.get("exitCode")):
            continue
        # Between two runs the log is the ended run's; after a restart only `previous` still has it.
        previous = bool((container.get("lastState") or {}).get("terminated")) and bool(running)
        try:
            text = cluster.logs(
                metadata["namespace"],
                metadata["name"],
                container=container["name"],
                tail=LOG_LINES,
                previous=previous,
            )
        except KubeError as error:
            yield f"(log of {container['name']}: {error.server_message})"
            continue
        if lines := text.splitlines()[-LOG_LINES:]:
            yield f"last lines of container {container['name']}{' before its restart' if previous else ''}:"
            yield from (f"  | {scrub(line)}" for line in lines)


def _events(cluster: Cluster, item: Mapping[str, Any]) -> Iterator[str]:
    """The latest warnings about the object."""
    metadata = item["metadata"]
    fields = f"involvedObject.uid={metadata['uid']},type=Warning"
    events = cluster.list("v1", "Event", metadata.get("namespace"), fields=fields)
    latest = {_gist(event): event for event in sorted(events, key=last_seen)}
    for event in list(latest.values())[-EVENTS:]:
        count = (event.get("series") or {}).get("count") or event.get("count") or 1
        times = f" ({count} times)" if count > 1 else ""
        yield f"event {event.get('reason')}{times}: {scrub(_message(event))}"


def _message(event: Mapping[str, Any]) -> str:
    return " ".join(str(event.get("message") or "").split()).removeprefix("(combined from similar events): ")


def _gist(event: Mapping[str, Any]) -> tuple[Any, str]:
    """What events have in common that differ only in the names of the pods that were tried."""
    return event.get("reason"), re.sub(r'"[^"]*"', "", _message(event))


def _indented(lines: Iterator[str] | list[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
