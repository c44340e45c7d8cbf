# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parent object of an apply set, in the form of KEP-3659 that kubectl reads and writes.

https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/3659-kubectl-apply-prune
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._kube._errors import Failure

ID = "applyset.kubernetes.io/id"
PART_OF = "applyset.kubernetes.io/part-of"
TOOLING = "applyset.kubernetes.io/tooling"
GROUP_KINDS = "applyset.kubernetes.io/contains-group-kinds"
NAMESPACES = "applyset.kubernetes.io/additional-namespaces"
# kubectl works only on sets whose tool is called kubectl. The set is kept exactly as kubectl keeps it, so it may be
# handed to `kubectl apply --prune --applyset` and back; the build metadata of the version tells who wrote it.
TOOL, TOOL_VERSION = "kubectl", "v1.36.0+fediverse.mastodon"


@dataclass(frozen=True)
class Contents:
    """Where the members of a set are to be looked for: kinds as ``Deployment.apps``, and namespaces."""

    group_kinds: frozenset[str] = field(default_factory=frozenset)
    namespaces: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: Contents) -> Contents:
        return Contents(self.group_kinds | other.group_kinds, self.namespaces | other.namespaces)


@dataclass(frozen=True)
class Parent:
    """The ConfigMap that stands for the set."""

    set_name: str
    namespace: str

    @property
    def name(self) -> str:
        return f"{self.set_name}-applyset"

    @property
    def id(self) -> str:
        """The value of the members' label: made from name, namespace, kind and group of the parent."""
        digest = hashlib.sha256(f"{self.name}.{self.namespace}.ConfigMap.".encode()).digest()
        return f"applyset-{base64.urlsafe_b64encode(digest).decode().rstrip('=')}-v1"

    @property
    def selector(self) -> str:
        return f"{PART_OF}={self.id}"

    def manifest(self, contents: Contents) -> dict[str, Any]:
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": self.name,
                "namespace": self.namespace,
                "labels": {ID: self.id},
                "annotations": {
                    TOOLING: f"{TOOL}/{TOOL_VERSION}",
                    GROUP_KINDS: ",".join(sorted(contents.group_kinds)),
                    NAMESPACES: ",".join(sorted(contents.namespaces - {self.namespace})),
                },
            },
        }

    def contents(self, live: Mapping[str, Any] | None) -> Contents | None:
        """What the parent in the cluster says the set contains; None if there is no parent yet."""
        if live is None:
            return None
        metadata = live["metadata"]
        annotations = metadata.get("annotations") or {}
        where = f"ConfigMap {self.namespace}/{self.name}"
        if (metadata.get("labels") or {}).get(ID) != self.id:
            raise Failure(
                f"{where} exists and is not the parent of an apply set (its label {ID} is missing or foreign):"
                " delete it or choose another set name."
            )
        tool = str(annotations.get(TOOLING, "")).rpartition("/")[0]
        if tool != TOOL:
            raise Failure(
                f"{where} is the parent of a set that {tool or 'an unknown tool'} manages: choose another set name."
            )
        return Contents(
            _split(annotations.get(GROUP_KINDS)), _split(annotations.get(NAMESPACES)) | frozenset([self.namespace])
        )


def member_of(live: Mapping[str, Any] | None) -> str | None:
    """The id of the set that an object is part of."""
    return (((live or {}).get("metadata") or {}).get("labels") or {}).get(PART_OF)


def _split(value: Any) -> frozenset[str]:
    return frozenset(part for part in str(value or "").split(",") if part)
