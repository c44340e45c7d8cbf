# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys that were newly made and that no database was used with yet, as a mark of their Secret.

A Secret in the cluster tells nothing of a database outside of it: only the migrations, which see the database first,
can tell that it holds data of other keys (pains.md T13). They take the mark away once the keys are in use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._kube._client import Cluster
from .._labels import PREFIX

ANNOTATION = PREFIX + "new-keys"
# With it, the rest that encrypts the database is made; which Secret holds it, Jobs tell.
_KEY = "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY"


def text(keys: Sequence[str]) -> str:
    """The mark."""
    return ",".join(sorted(keys))


def marked(secret: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The keys that the mark names."""
    annotations = ((secret or {}).get("metadata") or {}).get("annotations") or {}
    return tuple(key for key in annotations.get(ANNOTATION, "").split(",") if key)


def secret_of(container: Mapping[str, Any]) -> str | None:
    """The Secret from which a container takes the keys; None if it takes them from none."""
    for variable in container.get("env") or ():
        reference = (variable.get("valueFrom") or {}).get("secretKeyRef")
        if variable["name"] == _KEY and reference:
            return str(reference["name"])
    return None


def forget(cluster: Cluster, namespace: str, name: str) -> None:
    """Take the mark away: the keys are in use."""
    cluster.patch("v1", "Secret", name, namespace, {"metadata": {"annotations": {ANNOTATION: None}}})
