# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which instance a namespace holds, also one that no verification has pinned yet, and one of which only data remain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._domain_pin import NAME as PIN
from .._kube._client import Cluster, reference
from .._kube._errors import Failure
from .._labels import labels

# Unlike the pin it says nothing of what other servers know: whoever mistyped a domain may give the data another one.
NAME = "mastodon-instance"
# The record that comes first decides: in the midst of a change of domains web has the new one and the pin the old one.
_PLACES = ((PIN, "local_domain"), ("mastodon-web", "LOCAL_DOMAIN"), (NAME, "local_domain"))
RECORDS = (PIN, NAME)

_UNTOUCHED = "Nothing was touched."


def instance(cluster: Cluster, namespace: str) -> tuple[str, str] | None:
    """The local domain of the instance, and the ConfigMap that says so."""
    for place, name in _PLACES:
        data = (cluster.get("v1", "ConfigMap", place, namespace) or {}).get("data") or {}
        if data.get(name):
            return str(data[name]), place
    return None


def refuse_another(found: tuple[str, str] | None, namespace: str, local_domain: str) -> None:
    if found and found[0] != local_domain:
        raise Failure(
            f"Namespace {namespace} holds the instance {found[0]}, not {local_domain}, as ConfigMap {found[1]} says:"
            f" check the namespace and the cluster. {_UNTOUCHED}"
        )


def refuse_unknown(namespace: str, local_domain: str) -> None:
    places = ", ".join(place for place, _name in _PLACES)
    raise Failure(
        f"Namespace {namespace} holds data, and nothing there says that they are those of {local_domain}: none of the"
        f" ConfigMaps {places} is there. If they are, delete them with `kubectl delete namespace {namespace}`, or run"
        f" the playbook site until the application is there, and then this again. {_UNTOUCHED}"
    )


def refuse_files(namespace: str, strangers: Sequence[dict[str, Any]]) -> None:
    """Only what a run has applied is known to belong together, and is taken away in order."""
    if strangers:
        names = ", ".join(reference(one) for one in strangers)
        raise Failure(
            f"Namespace {namespace} has what no run of this collection applied, but files that it rendered: {names}."
            " Take these away with what applied them, `kubectl delete -f` or your GitOps tool, the edge's files and the"
            f" application's before the others'; then run this again for the rest. {_UNTOUCHED}"
        )


def manifest(namespace: str, local_domain: str) -> dict[str, Any]:
    metadata = {"name": NAME, "namespace": namespace, "labels": labels(namespace, "instance")}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"local_domain": local_domain}}
