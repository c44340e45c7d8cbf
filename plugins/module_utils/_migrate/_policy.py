# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network policy of migration Jobs.

They run before the policies of the application are applied: with those of the last run alone they could not reach a
server whose address has changed since. What several policies allow adds up, so this one, with the rules of this run,
stands beside them for as long as a Job needs it: nothing is left of it for a run that has nothing to migrate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._apply._apply import apply_one
from .._kube._client import Cluster
from .._labels import labels
from ._record import COMPONENT

NAME = "mastodon-migrations"
_API_VERSION, _KIND = "networking.k8s.io/v1", "NetworkPolicy"


def manifest(namespace: str, egress: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    own = labels(namespace, COMPONENT)
    selected = {key: own[key] for key in ("app.kubernetes.io/instance", "app.kubernetes.io/component")}
    return {
        "apiVersion": _API_VERSION,
        "kind": _KIND,
        "metadata": {"name": NAME, "namespace": namespace, "labels": own},
        "spec": {
            "podSelector": {"matchLabels": selected},
            "policyTypes": ["Ingress", "Egress"],
            "egress": list(egress),
        },
    }


def keep(cluster: Cluster, namespace: str, egress: Sequence[Mapping[str, Any]] | None) -> None:
    """Make the policy what it is to be for the Job that is made next; none without rules."""
    if egress is None:
        remove(cluster, namespace)
    else:
        apply_one(cluster, manifest(namespace, egress), check_mode=False)


def remove(cluster: Cluster, namespace: str) -> None:
    cluster.delete(_API_VERSION, _KIND, NAME, namespace)
