# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole list of objects: all are tried out first, then what differs is applied, then what left the list is pruned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .._kube._client import Cluster, reference
from .._kube._errors import Failure, KubeError
from .._kube._transport import CONNECTIONS
from ._apply import carry_out, prepared, read
from ._crd import await_established, declared
from ._difference import difference
from ._keep import Keep, called, kept, known
from ._members import Key, contents, holding_data, key, members, why_kept
from ._order import FOUNDATION, ordered, rank
from ._outcome import Outcome, Prediction
from ._parent import PART_OF, Contents, Parent
from ._projection import projection
from ._replicas import AUTOSCALERS
from ._report import blocked, stopped
from ._trial import Live, Terms, forces, try_out


def apply_set(
    cluster: Cluster,
    *,
    name: str,
    namespace: str,
    manifests: Sequence[Mapping[str, Any]],
    prune: bool = True,
    force_conflicts: Iterable[str] = (),
    keep: Sequence[Keep] = (),
    check_mode: bool = False,
) -> list[Outcome]:
    """Make the cluster hold exactly these objects of the set; in check mode only tell what that would do."""
    parent = Parent(name, namespace)
    wanted = prepare(cluster, parent, manifests)
    known("keep", [one.object for one in keep], wanted)
    terms = Terms(parent.id, known("force_conflicts", force_conflicts, wanted), check_mode, wanted)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return _Run(cluster, parent, terms, pool).run(prune, keep)


def prepare(cluster: Cluster, parent: Parent, manifests: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The manifests as they are sent, in order, or one failure for all that are wrong."""
    for manifest in manifests:
        if manifest.get("kind") == "CustomResourceDefinition":
            cluster.discovery.learn(declared(manifest))
    made: dict[Key, dict[str, Any]] = {}
    problems = []
    for manifest in manifests:
        try:
            one = prepared(cluster, manifest, parent.namespace)
        except Failure as failure:
            problems.append(str(failure))
            continue
        if key(one) in made:
            problems.append(f"{reference(one)} is in the manifests twice.")
        # Namespaces and definitions do not become members: to prune them would delete what others made in them.
        made[key(one)] = one if one["kind"] in FOUNDATION else _labelled(one, parent)
    if problems:
        raise Failure(blocked(problems, []))
    return ordered(made.values())


def _labelled(manifest: dict[str, Any], parent: Parent) -> dict[str, Any]:
    """The manifest as a member of the set."""
    metadata = manifest["metadata"]
    return {**manifest, "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), PART_OF: parent.id}}}


class _Run:
    """One pass over the cluster. Without check mode it may be killed anywhere: the parent always covers the members."""

    def __init__(self, cluster: Cluster, parent: Parent, terms: Terms, pool: ThreadPoolExecutor) -> None:
        self.cluster = cluster
        self.parent = parent
        self.terms = terms
        self.pool = pool
        self.done: list[Outcome] = []

    def run(self, prune: bool, keep: Sequence[Keep]) -> list[Outcome]:
        foundation = [manifest for manifest in self.terms.wanted if manifest["kind"] in FOUNDATION]
        belonging = [manifest for manifest in self.terms.wanted if manifest["kind"] not in FOUNDATION]
        live_parent = self.cluster.get("v1", "ConfigMap", self.parent.name, self.parent.namespace)
        if live_parent is None and not self.terms.wanted:
            return []
        recorded = self.parent.contents(live_parent)
        needed = contents(belonging) | Contents(namespaces=frozenset([self.parent.namespace]))
        reachable = needed | (recorded or Contents())
        versions = {key(manifest)[0]: manifest["apiVersion"] for manifest in belonging}
        found = members(self.cluster, self.parent, reachable, versions, self.each)

        standing = {key(manifest): read(self.cluster, manifest) for manifest in foundation}
        self.carry_out(self.try_out(foundation, standing))
        belonging = [self.kept(manifest, found, keep) for manifest in belonging]
        predictions = self.try_out(belonging, found)
        self.record(reachable, recorded)
        wanted = {key(manifest) for manifest in belonging}
        leaving = [live for where, live in found.items() if where not in wanted]
        # First of all what would at once undo the number of replicas that is now said again.
        staying = self.prune([live for live in leaving if live["kind"] in AUTOSCALERS], prune)
        self.carry_out(predictions)
        staying |= self.prune([live for live in leaving if live["kind"] not in AUTOSCALERS], prune)
        final = needed | staying
        self.record(final, reachable)
        return [self.parent_outcome(live_parent, recorded, final), *self.done]

    def kept(self, manifest: dict[str, Any], found: dict[Key, Any], keep: Sequence[Keep]) -> dict[str, Any]:
        """The manifest with what is to be kept of the live object, which need not be a member yet."""
        keep = [one for one in keep if one.object == called(manifest)]
        if keep and key(manifest) not in found and (live := read(self.cluster, manifest)):
            found[key(manifest)] = live
        return kept(manifest, found.get(key(manifest)), keep)

    def each(self, function: Callable[..., Any], arguments: Iterable[tuple[Any, ...]]) -> list[Any]:
        return list(self.pool.map(lambda one: function(*one), arguments))

    def try_out(self, manifests: Sequence[dict[str, Any]], found: Mapping[Key, Live]) -> list[Prediction]:
        trial = try_out(self.cluster, manifests, found, self.terms, self.each)
        if trial.problems:
            raise Failure(blocked(trial.problems, [] if self.terms.check_mode else self.done))
        return trial.predictions

    def carry_out(self, predictions: Sequence[Prediction]) -> None:
        for position, prediction in enumerate(predictions):
            if self.terms.check_mode:
                self.done.append(prediction.outcome)
                continue
            try:
                self.done.append(
                    carry_out(self.cluster, prediction, force=forces(self.terms.forced, prediction.manifest))
                )
                if prediction.write and prediction.manifest["kind"] == "CustomResourceDefinition":
                    await_established(self.cluster, prediction.manifest)
            except Failure as failure:
                remaining = [reference(one.manifest) for one in predictions[position + 1 :] if one.write]
                raise Failure(stopped(failure, self.done, remaining)) from failure

    def prune(self, leaving: Iterable[dict[str, Any]], prune: bool) -> Contents:
        """Delete the members that are no longer wanted; return where those that stay are."""
        staying = []
        leaving = sorted(leaving, key=lambda live: rank(live["kind"]), reverse=True)
        data = holding_data(leaving)
        for live in leaving:
            reason = why_kept(live, data)
            if reason or not prune:
                staying.append(live)
                self.done.append(Outcome("kept", live, {}, {}, reason or "prune is off", prunable=not reason))
            else:
                self.delete(live)
                self.done.append(Outcome("pruned", live, *difference(projection(live), {})))
        return contents(staying)

    def delete(self, live: Mapping[str, Any]) -> None:
        metadata = live["metadata"]
        try:
            self.cluster.delete(
                live["apiVersion"],
                live["kind"],
                metadata["name"],
                metadata.get("namespace"),
                dry_run=self.terms.check_mode,
            )
        except KubeError as error:
            raise Failure(stopped(error, self.done, [])) from error

    def record(self, contents: Contents, recorded: Contents | None) -> None:
        """Write into the parent where the members are: a superset before anything is applied, the truth at the end."""
        if contents != recorded and not self.terms.check_mode:
            self.cluster.apply(self.parent.manifest(contents), force=True)

    def parent_outcome(self, live: dict[str, Any] | None, recorded: Contents | None, final: Contents) -> Outcome:
        manifest = self.parent.manifest(final)
        if live is None:
            return Outcome("created", manifest, {}, manifest)
        if final == recorded:
            return Outcome("unchanged", live, {}, {})
        return Outcome("changed", manifest, *difference(self.parent.manifest(recorded or Contents()), manifest))
