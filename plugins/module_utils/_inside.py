# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What names resolve to where the instance itself asks: in one of its pods."""

from __future__ import annotations

from collections.abc import Iterable

from ._kube._client import Cluster
from ._kube._errors import Failure

_WEB = "app.kubernetes.io/instance={},app.kubernetes.io/component=web"
# One line for each address, with the name before it: getent prints only some of them.
_SCRIPT = 'for name; do getent ahosts "$name" | while read -r address _rest; do echo "$name $address"; done; done'
_SECONDS = 30


def resolved_inside(cluster: Cluster, namespace: str, names: Iterable[str]) -> dict[str, tuple[str, ...]] | None:
    """The addresses of each name, none for one that does not resolve; None when no pod of the web process runs.

    Raises Failure when the cluster refuses to tell.
    """
    pods = cluster.list("v1", "Pod", namespace, labels=_WEB.format(namespace), fields="status.phase=Running")
    if not pods:
        return None
    asked = tuple(names)
    pod, container = pods[0]["metadata"]["name"], pods[0]["spec"]["containers"][0]["name"]
    command = ["sh", "-c", _SCRIPT, "sh", *asked]
    done = cluster.exec(namespace, pod, command, container=container, timeout=_SECONDS)
    if done.code:
        raise Failure(f"Cannot look names up in Pod {namespace}/{pod}: {done.stderr.strip()}")
    lines = [line.split() for line in done.stdout.splitlines()]
    return {name: tuple(dict.fromkeys(found[1] for found in lines if found[0] == name)) for name in asked}
