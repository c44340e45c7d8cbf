# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kubernetes Secrets as the place where keys are kept.

Writes are a create, or a JSON merge patch bound to the resource version that was read: of two runs that race, one gets
a conflict and reads again. Server-side apply is not used, because it would own, and rewrite, values that exist.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from .._apply._projection import projection
from .._kube._client import Cluster
from .._labels import MANAGED_BY, PREFIX, labels
from . import _new_keys
from ._fingerprint import Fingerprints
from ._plan import Stored

COMPONENT = "secrets"
FINGERPRINTS = PREFIX + "fingerprints"

# external-secrets: apis/externalsecrets/v1: its labels and annotations on the Secrets it makes begin with this.
_EXTERNAL_SECRETS = "reconcile.external-secrets.io/"


def stored(live: Mapping[str, Any] | None) -> Stored | None:
    """A live Secret as what it holds."""
    if live is None:
        return None
    texts = {key: _text(value) for key, value in (live.get("data") or {}).items()}
    return Stored(
        values={key: text for key, text in texts.items() if text is not None},
        unreadable=tuple(key for key, text in texts.items() if text is None),
        fingerprints=Fingerprints.parse(_annotations(live).get(FINGERPRINTS)),
        owner=owner(live),
    )


def owner(live: Mapping[str, Any]) -> str | None:
    """Who writes this Secret, if it is not us (pains.md T17)."""
    metadata = live["metadata"]
    for reference in metadata.get("ownerReferences") or ():
        return f"{reference['kind']} {reference['name']}"
    marks = {**(metadata.get("labels") or {}), **_annotations(live)}
    if any(mark.startswith(_EXTERNAL_SECRETS) for mark in marks):
        return "External Secrets"
    manager = marks.get("app.kubernetes.io/managed-by", MANAGED_BY)
    return None if manager == MANAGED_BY else manager


def write(
    cluster: Cluster, live: Mapping[str, Any] | None, manifest: Mapping[str, Any], *, dry_run: bool
) -> dict[str, Any]:
    """Make the Secret, or add to it what the manifest has; KubeError 409 if somebody wrote since ``live`` was read."""
    if live is None:
        return cluster.create(manifest, dry_run=dry_run)
    metadata = manifest["metadata"]
    bound = {**metadata, "resourceVersion": live["metadata"]["resourceVersion"]}
    patch = {"metadata": bound, "data": manifest["data"]}
    return cluster.patch("v1", "Secret", metadata["name"], metadata["namespace"], patch, dry_run=dry_run)


def manifest(
    namespace: str,
    name: str,
    values: Mapping[str, str],
    fingerprints: Fingerprints | None,
    new_keys: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The Secret with these values; to be added to a live one, with only the new ones.

    ``new_keys``: those to be marked as new, none of them to take the mark away, or None to leave it as it is.
    """
    metadata: dict[str, Any] = {"name": name, "namespace": namespace, "labels": labels(namespace, COMPONENT)}
    annotations: dict[str, str | None] = {FINGERPRINTS: str(fingerprints)} if fingerprints else {}
    if new_keys is not None:
        annotations[_new_keys.ANNOTATION] = _new_keys.text(new_keys) or None
    if annotations:
        metadata["annotations"] = annotations
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": "Opaque",
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in values.items()},
    }


def up_to_date(live: Mapping[str, Any], namespace: str, fingerprints: Fingerprints | None) -> bool:
    """Whether labels and fingerprints are already what a write would make them."""
    has = live["metadata"].get("labels") or {}
    recorded = Fingerprints.parse(_annotations(live).get(FINGERPRINTS))
    return labels(namespace, COMPONENT).items() <= has.items() and recorded == fingerprints


def shown(secret: Mapping[str, Any] | None) -> dict[str, Any]:
    """The Secret for a difference; of the fingerprints only whose they are, because they are new at every dry run."""
    made = projection(secret)
    recorded = Fingerprints.parse(_annotations(made).get(FINGERPRINTS)) if made else None
    if recorded:
        annotations = {**_annotations(made), FINGERPRINTS: "of " + ", ".join(sorted(recorded.digests))}
        made["metadata"] = {**made["metadata"], "annotations": annotations}
    return made


def _annotations(live: Mapping[str, Any]) -> Mapping[str, str]:
    return live["metadata"].get("annotations") or {}


def _text(encoded: str) -> str | None:
    try:
        return base64.b64decode(encoded).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
