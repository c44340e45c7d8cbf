# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinds of the Kubernetes API and the paths they are served at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Resource:
    """One kind as the API server serves it."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    @property
    def group_kind(self) -> str:
        """``Deployment.apps``, ``ConfigMap``: how kubectl and apply sets write a kind without its version."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        parts = ["api" if "/" not in self.api_version else "apis", self.api_version]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        if name:
            parts.append(name)
        return "/" + "/".join(parts)


def _built_in(api_version: str, namespaced: bool, **kinds: str) -> dict[tuple[str, str], Resource]:
    return {(api_version, kind): Resource(api_version, kind, plural, namespaced) for kind, plural in kinds.items()}


# Part of the API's compatibility promise in every supported version; asking the server costs a request per process.
BUILT_IN: dict[tuple[str, str], Resource] = {
    **_built_in("v1", False, Namespace="namespaces", Node="nodes", PersistentVolume="persistentvolumes"),
    **_built_in(
        "v1",
        True,
        ConfigMap="configmaps",
        Event="events",
        PersistentVolumeClaim="persistentvolumeclaims",
        Pod="pods",
        Secret="secrets",
        Service="services",
        ServiceAccount="serviceaccounts",
    ),
    **_built_in(
        "apps/v1",
        True,
        DaemonSet="daemonsets",
        Deployment="deployments",
        ReplicaSet="replicasets",
        StatefulSet="statefulsets",
    ),
    **_built_in("batch/v1", True, CronJob="cronjobs", Job="jobs"),
    **_built_in("networking.k8s.io/v1", True, Ingress="ingresses", NetworkPolicy="networkpolicies"),
    **_built_in("policy/v1", True, PodDisruptionBudget="poddisruptionbudgets"),
    **_built_in("rbac.authorization.k8s.io/v1", True, Role="roles", RoleBinding="rolebindings"),
    **_built_in("autoscaling/v2", True, HorizontalPodAutoscaler="horizontalpodautoscalers"),
    **_built_in("storage.k8s.io/v1", False, StorageClass="storageclasses"),
    **_built_in("apiextensions.k8s.io/v1", False, CustomResourceDefinition="customresourcedefinitions"),
}


def aggregated(document: Mapping[str, Any]) -> Iterator[Resource]:
    """The kinds in an APIGroupDiscoveryList, the preferred version of each group first."""
    for group in document.get("items") or ():
        group_name = (group.get("metadata") or {}).get("name") or ""
        for version in group.get("versions") or ():
            api_version = f"{group_name}/{version['version']}" if group_name else version["version"]
            for resource in version.get("resources") or ():
                kind = (resource.get("responseKind") or {}).get("kind")
                if kind:
                    yield Resource(api_version, kind, resource["resource"], resource["scope"] == "Namespaced")


def unaggregated(document: Mapping[str, Any]) -> Iterator[Resource]:
    """The kinds in an APIResourceList: what a server (or a proxy before it) without aggregated discovery offers."""
    for resource in document.get("resources") or ():
        if "/" not in resource["name"]:
            yield Resource(document["groupVersion"], resource["kind"], resource["name"], resource["namespaced"])
