# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take an instance out of the cluster, from the edge inwards; its data goes only when its domain is repeated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._apply._apply import apply_one
from .._apply._difference import difference
from .._apply._members import GUARDS, PERSISTENT, group_kind
from .._apply._outcome import Outcome
from .._apply._parent import PART_OF, Parent
from .._apply._projection import projection
from .._apply._set import apply_set
from .._edge._ownership import disown
from .._kube._client import Cluster, reference
from .._kube._errors import Failure, KubeError, UnknownKindError
from .._labels import MANAGED_BY
from . import _whose
from ._ended import await_end

APPLICATION = "mastodon-app"
# Nobody is led to what is already gone, and nothing writes into a database that is about to go.
SETS = (
    "mastodon-verify",
    "mastodon-edge",
    APPLICATION,
    "mastodon-storage",
    "mastodon-cache",
    "mastodon-database",
)
NAMESPACE_SET = "mastodon-namespace"

# What runs, and is a member of a set unless it came from rendered files.
_WORKLOADS = (("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"))
# What modules make beside the sets.
_LOOSE = (("batch/v1", "CronJob"), ("batch/v1", "Job"), ("networking.k8s.io/v1", "NetworkPolicy"))
# Data, and what is known of it; databases before the volumes they stand on.
_DATA = (
    ("postgresql.cnpg.io/v1", "Database"),
    ("postgresql.cnpg.io/v1", "Cluster"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "Secret"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("v1", "ConfigMap"),
)
# A bucket goes with its claim, media and backups alike (operators.md 7.1): these are told, and never deleted.
_BUCKETS = (("objectbucket.io/v1alpha1", "ObjectBucketClaim"),)
_OURS = f"app.kubernetes.io/managed-by={MANAGED_BY}"

Object = dict[str, Any]


def remove(
    cluster: Cluster, namespace: str, local_domain: str, *, data: str = "", check_mode: bool = False
) -> tuple[list[Outcome], list[Object]]:
    """What happened to each object, and the objects that hold data and remain."""
    if data and data != local_domain:
        raise Failure(
            f"data is {data!r}, and the instance is {local_domain}: repeat that name exactly to delete its data for"
            " ever, or leave it out to keep them. Nothing was touched."
        )
    found = _whose.instance(cluster, namespace)
    _whose.refuse_another(found, namespace, local_domain)
    if data and found is None and any(_listed(cluster, namespace, _DATA)):
        _whose.refuse_unknown(namespace, local_domain)
    _whose.refuse_files(namespace, [one for one in _listed(cluster, namespace, _WORKLOADS) if not _member(one)])
    noted = _noted(cluster, namespace, found, check_mode=check_mode)
    outcomes = noted + disown(cluster, namespace, check_mode=check_mode)
    for name in SETS:
        outcomes += _emptied(cluster, name, namespace, check_mode=check_mode)
        if name == APPLICATION and not check_mode:
            await_end(cluster, namespace)
    loose = [one for one in _listed(cluster, namespace, _LOOSE) if not _member(one)]
    outcomes += [_deleted(cluster, one, check_mode=check_mode) for one in loose]
    if data:
        deleted = _data(cluster, namespace, outcomes, check_mode=check_mode)
        # What was kept at first, and the record that this very run made, are told once and as they are in the end.
        gone, mine = _refs(deleted), _refs(noted)
        outcomes = [one for one in outcomes if one.ref not in gone] + deleted
        outcomes = [one for one in outcomes if one.ref not in mine]
    return outcomes, _remaining(cluster, namespace, outcomes, of_data=bool(data))


def nothing_there(cluster: Cluster, namespace: str, outcomes: Sequence[Outcome], remaining: Sequence[Object]) -> bool:
    """Whether a removal with this end met no instance at all: neither an object of it nor a record."""
    return not outcomes and not remaining and _whose.instance(cluster, namespace) is None


def _refs(outcomes: Iterable[Outcome]) -> set[str]:
    return {outcome.ref for outcome in outcomes}


def _noted(cluster: Cluster, namespace: str, found: tuple[str, str] | None, *, check_mode: bool) -> list[Outcome]:
    """Write down whose data remain, before what says so goes: a removal that is cut short must still know it."""
    if found is None or found[1] in _whose.RECORDS:
        return []
    return [apply_one(cluster, _whose.manifest(namespace, found[0]), check_mode=check_mode)]


def _data(cluster: Cluster, namespace: str, before: Iterable[Outcome], *, check_mode: bool) -> list[Outcome]:
    doomed = sorted(_listed(cluster, namespace, _DATA), key=_is_record)
    # In check mode the sets still hold what was pruned above.
    doomed = [one for one in doomed if group_kind(one) in PERSISTENT or one["kind"] == "ConfigMap" or _guards(one)]
    gone = {outcome.ref for outcome in before if outcome.action == "pruned"}
    outcomes = [_deleted(cluster, one, check_mode=check_mode) for one in doomed if reference(one) not in gone]
    return outcomes + _parents(cluster, namespace, check_mode=check_mode)


def _remaining(cluster: Cluster, namespace: str, outcomes: Sequence[Outcome], *, of_data: bool) -> list[Object]:
    """What holds data and is still there: what the collection made, and what the user let it apply."""
    found = [outcome.object for outcome in outcomes if outcome.action == "kept" and not _leaving(outcome.object)]
    if of_data:
        # What an operator made goes with what it was made for.
        found = [one for one in found if not one["metadata"].get("ownerReferences")]
    kinds = _BUCKETS if of_data else (*_DATA, *_BUCKETS)
    found = [one for kind in kinds for one in _told(cluster, namespace, kind)] + found
    return list({reference(one): one for one in found if group_kind(one) in PERSISTENT}.values())


def _emptied(cluster: Cluster, name: str, namespace: str, *, check_mode: bool) -> list[Outcome]:
    """A set without members; what it may not delete it keeps, and says why."""
    parent = Parent(name, namespace)
    if cluster.get("v1", "ConfigMap", parent.name, namespace) is None:
        return []
    made = apply_set(cluster, name=name, namespace=namespace, manifests=[], check_mode=check_mode)
    return [outcome for outcome in made if outcome.action in ("pruned", "kept")]


def _listed(cluster: Cluster, namespace: str, kinds: tuple[tuple[str, str], ...]) -> Iterator[Object]:
    """All objects of these kinds that the collection made, but for those that are being deleted already."""
    for api_version, kind in kinds:
        try:
            found = cluster.list(api_version, kind, namespace, labels=_OURS)
        except UnknownKindError:
            continue
        yield from (one for one in found if not _leaving(one))


def _told(cluster: Cluster, namespace: str, kind: tuple[str, str]) -> list[Object]:
    """The same of one kind, only to tell of it: who may not list Secrets, as most should not, is told of the others."""
    try:
        return list(_listed(cluster, namespace, (kind,)))
    except KubeError as error:
        if error.status == 403:
            return []
        raise


def _parents(cluster: Cluster, namespace: str, *, check_mode: bool) -> list[Outcome]:
    names = [Parent(name, namespace).name for name in (*SETS, NAMESPACE_SET)]
    found = [cluster.get("v1", "ConfigMap", name, namespace) for name in names]
    return [_deleted(cluster, one, check_mode=check_mode) for one in found if one is not None]


def _deleted(cluster: Cluster, live: Object, *, check_mode: bool) -> Outcome:
    metadata = live["metadata"]
    cluster.delete(live["apiVersion"], live["kind"], metadata["name"], metadata.get("namespace"), dry_run=check_mode)
    return Outcome("pruned", live, *difference(projection(live), {}))


def _member(live: Mapping[str, Any]) -> bool:
    return PART_OF in (live["metadata"].get("labels") or {})


def _guards(live: Mapping[str, Any]) -> bool:
    return GUARDS in (live["metadata"].get("annotations") or {})


def _leaving(live: Mapping[str, Any]) -> bool:
    return bool(live["metadata"].get("deletionTimestamp"))


def _is_record(live: Mapping[str, Any]) -> bool:
    """The records go last: until then a removal that was cut short still knows whose data these are."""
    return bool(live["kind"] == "ConfigMap" and live["metadata"]["name"] in _whose.RECORDS)
