# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order in which objects are applied: what others refer to comes first, all else as the caller lists it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# Other objects can only be tried out when these are really there.
FOUNDATION = ("Namespace", "CustomResourceDefinition")
FIRST = (
    *FOUNDATION,
    "ServiceAccount",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "NetworkPolicy",
    "Secret",
    "ConfigMap",
    "PersistentVolumeClaim",
    "Service",
)


def ordered(manifests: Iterable[Mapping[str, Any]]) -> list[Any]:
    return sorted(manifests, key=lambda manifest: rank(manifest["kind"]))


def rank(kind: str) -> int:
    return FIRST.index(kind) if kind in FIRST else len(FIRST)
