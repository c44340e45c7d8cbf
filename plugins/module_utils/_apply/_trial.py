# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Try out many objects: predict all of them, several at a time, before any is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .._kube._client import Cluster, reference
from .._kube._errors import Failure, KubeError
from ._apply import created, namespace_is_missing, predict
from ._crd import declared
from ._members import Key, group_kind, key
from ._outcome import Prediction
from ._parent import PART_OF, member_of

# The object as it is in the cluster, if it is there.
Live: TypeAlias = "dict[str, Any] | None"
# Calls a function once for each tuple of arguments and returns the results in order.
Each = Callable[[Callable[..., Any], Iterable[tuple[Any, ...]]], list[Any]]


@dataclass
class Trial:
    """What the server said to all of them."""

    predictions: list[Prediction] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def complain(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


@dataclass(frozen=True)
class Terms:
    """What holds for all objects of one run."""

    set_id: str
    forced: frozenset[str]
    check_mode: bool
    # All objects of the list: what is missing now and stands here will be there when its turn has come.
    wanted: Sequence[dict[str, Any]]


def forces(forced: frozenset[str], manifest: Mapping[str, Any]) -> bool:
    return f"{manifest['kind']}/{manifest['metadata']['name']}" in forced


def try_out(
    cluster: Cluster,
    manifests: Sequence[dict[str, Any]],
    found: Mapping[Key, Live],
    terms: Terms,
    each: Each,
) -> Trial:
    jobs = [(cluster, one, found.get(key(one)), forces(terms.forced, one)) for one in manifests]
    trial = Trial()
    for manifest, answer in zip(manifests, each(_predicted, jobs), strict=True):
        if isinstance(answer, KubeError):
            _judge(cluster, manifest, answer, terms, trial)
        elif isinstance(answer, Failure):
            trial.complain(str(answer))
        elif _foreign(answer, terms):
            trial.complain(_belongs_elsewhere(cluster, answer))
        else:
            trial.predictions.append(answer)
    return trial


def _predicted(cluster: Cluster, manifest: dict[str, Any], live: dict[str, Any] | None, force: bool) -> Any:
    try:
        return predict(cluster, manifest, live, force=force)
    except Failure as failure:
        return failure


def _judge(cluster: Cluster, manifest: dict[str, Any], error: KubeError, terms: Terms, trial: Trial) -> None:
    """A refusal is no problem if this run, or in check mode one before it, creates what is missing."""
    if error.status == 404 and _will_be_there(cluster, manifest, error, terms):
        trial.predictions.append(created(manifest))
    elif namespace_is_missing(error):
        name = manifest["metadata"]["namespace"]
        trial.complain(f"Namespace {name} does not exist: create it first, or add a Namespace {name} to the manifests.")
    else:
        trial.complain(str(error))


def _will_be_there(cluster: Cluster, manifest: Mapping[str, Any], error: KubeError, terms: Terms) -> bool:
    if namespace_is_missing(error) and terms.check_mode:
        return True
    defined = [kind for one in terms.wanted if one["kind"] == "CustomResourceDefinition" for kind in declared(one)]
    if any(kind.group_kind == group_kind(manifest) for kind in defined):
        return True
    missing = (error.details.get("kind"), error.details.get("name"))
    return any(
        missing == (cluster.resource(one["apiVersion"], one["kind"]).plural, one["metadata"]["name"])
        for one in terms.wanted
        if one is not manifest
    )


def _foreign(prediction: Prediction, terms: Terms) -> bool:
    owner = member_of(prediction.live)
    return owner not in (None, terms.set_id) and not forces(terms.forced, prediction.manifest)


def _belongs_elsewhere(cluster: Cluster, prediction: Prediction) -> str:
    owner = member_of(prediction.live)
    namespace = prediction.manifest["metadata"].get("namespace")
    parents = (
        cluster.list("v1", "ConfigMap", namespace, labels=f"applyset.kubernetes.io/id={owner}") if namespace else []
    )
    name = parents[0]["metadata"]["name"] if parents else owner
    kind = prediction.manifest["kind"]
    return (
        f"{reference(prediction.manifest)} belongs to the apply set {name}: take it out of that set first (then remove"
        f" its label {PART_OF} if it was kept), rename it, or take it over by adding"
        f" {kind}/{prediction.manifest['metadata']['name']} to force_conflicts."
    )
