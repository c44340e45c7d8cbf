# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What names resolve to where the instance itself asks: in one of its pods."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ._kube._client import Cluster
from ._kube._errors import Failure, KubeError

_WEB = "app.kubernetes.io/instance={},app.kubernetes.io/component=web"
# One line for each address, with the name before it: getent prints only some of them.
_SCRIPT = 'for name; do getent ahosts "$name" | while read -r address _rest; do echo "$name $address"; done; done'
_SECONDS = 30


def resolved_inside(cluster: Cluster, namespace: str, names: Iterable[str]) -> dict[str, tuple[str, ...]] | None:
    """The addresses of each name, none for one that does not resolve; None when no pod of the web process runs.

    Raises Failure when the cluster refuses to tell, or none of the pods can.
    """
    pods = cluster.list("v1", "Pod", namespace, labels=_WEB.format(namespace), fields="status.phase=Running")
    # Those that are leaving still run for a while, and go in the midst of a command.
    staying = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
    if not staying:
        return None
    asked = tuple(names)
    problems: list[str] = []
    for pod in staying:
        answered = _ask(cluster, namespace, pod, asked)
        if not isinstance(answered, str):
            return answered
        problems.append(answered)
    raise Failure(
        f"{problems[-1]} Without namespace, or with verify_inside: false for the role verify, no pod is asked."
    )


def _ask(
    cluster: Cluster, namespace: str, pod: dict[str, Any], names: tuple[str, ...]
) -> dict[str, tuple[str, ...]] | str:
    """The addresses, or why this pod cannot tell."""
    name, container = pod["metadata"]["name"], pod["spec"]["containers"][0]["name"]
    try:
        done = cluster.exec(namespace, name, ["sh", "-c", _SCRIPT, "sh", *names], container=container, timeout=_SECONDS)
    except KubeError as error:
        return str(error)
    if done.code:
        return f"Cannot look names up in Pod {namespace}/{name}: {done.stderr.strip()}."
    lines = [line.split() for line in done.stdout.splitlines()]
    return {name: tuple(dict.fromkeys(found[1] for found in lines if found[0] == name)) for name in names}
