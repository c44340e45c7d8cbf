# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several Secrets of one instance: read, decide, refuse or write, and tell what was done by the names of keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from .._apply._apply import namespace_is_missing
from .._apply._difference import difference
from .._kube._client import Cluster
from .._kube._errors import Failure, KubeError
from . import _kubernetes, _new_keys, _refusal
from ._evidence import evidence
from ._fingerprint import Fingerprints
from ._keys import family_of
from ._plan import NOTHING, Stored, Wanted, new_values, pinned, plan
from ._report import Report

# Each conflict means that another run or tool wrote; they do not do so for ever.
ATTEMPTS = 5


class Keeper:
    """Keeps the Secrets of one namespace."""

    def __init__(self, cluster: Cluster, namespace: str, consent: _refusal.Consent, *, check_mode: bool) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._consent = consent
        self._check_mode = check_mode

    def keep(self, wishes: Sequence[Wanted]) -> list[Report]:
        """Make every Secret have all its keys. Nothing is written unless all of them may be."""
        _refuse(refusal for wish in wishes for refusal in _refusal.of_wish(wish))
        found = [self._read(wish) for wish in wishes]
        _refuse(refusal for wish, live in zip(wishes, found, strict=True) for refusal in self._refusals(wish, live))
        return [self._keep(wish, live) for wish, live in zip(wishes, found, strict=True)]

    def _read(self, wish: Wanted) -> dict[str, Any] | None:
        return self._cluster.get("v1", "Secret", wish.name, self._namespace)

    def _refusals(self, wish: Wanted, live: dict[str, Any] | None) -> list[str]:
        if live is None and wish.existing:
            return [
                f"Secret {self._namespace}/{wish.name} does not exist: create it with the keys {', '.join(wish.keys)};"
                " if an ExternalSecret makes it, look at the ExternalSecret's status."
            ]
        made = plan(wish, _kubernetes.stored(live))
        looked_for = partial(evidence, self._cluster, self._namespace)
        return list(_refusal.of_plan(self._namespace, wish, made, self._consent, looked_for))

    def _keep(self, wish: Wanted, live: dict[str, Any] | None) -> Report:
        for _attempt in range(ATTEMPTS):
            try:
                return self._write(wish, live)
            except KubeError as error:
                if error.status != 409:
                    raise
            live = self._read(wish)
            _refuse(self._refusals(wish, live))
        raise Failure(f"Secret {self._namespace}/{wish.name} is being written by something else again and again.")

    def _write(self, wish: Wanted, live: dict[str, Any] | None) -> Report:
        held = _kubernetes.stored(live)
        made = plan(wish, held)
        new = new_values(made.generate)
        prints = _fingerprints(wish, held or NOTHING, new)
        mark = self._mark(live, new)
        settled = not new and mark is None and live and _kubernetes.up_to_date(live, self._namespace, prints)
        if live and (made.validate_only or settled):
            return Report(wish.name, "unchanged", made, {}, {})
        after = self._send(wish, live, new, prints, mark)
        action = "changed" if live else "created"
        return Report(wish.name, action, made, *difference(_kubernetes.shown(live), _kubernetes.shown(after)))

    def _mark(self, live: dict[str, Any] | None, new: dict[str, str]) -> tuple[str, ...] | None:
        """The keys that must not meet a database which was used with others; None if that stays as it is."""
        marked = _new_keys.marked(live)
        if self._consent.new_for_existing_data == self._namespace:
            return () if marked else None
        fresh = tuple(key for key in new if family_of(key).needed_by == "data")
        return (*marked, *fresh) if fresh else None

    def _send(
        self,
        wish: Wanted,
        live: dict[str, Any] | None,
        new: dict[str, str],
        prints: Fingerprints | None,
        mark: tuple[str, ...] | None,
    ) -> dict[str, Any]:
        manifest = _kubernetes.manifest(self._namespace, wish.name, new, prints, mark)
        try:
            return _kubernetes.write(self._cluster, live, manifest, dry_run=self._check_mode)
        except KubeError as error:
            if not namespace_is_missing(error):
                raise
            if self._check_mode:
                return manifest
            raise Failure(
                f"Namespace {self._namespace} does not exist: run the role fediverse.mastodon.preflight, which makes it"
                f" with the right Pod Security labels, or `kubectl create namespace {self._namespace}`."
            ) from error


def _fingerprints(wish: Wanted, held: Stored, new: dict[str, str]) -> Fingerprints | None:
    values = pinned({**held.values, **new}, wish.keys)
    return (held.fingerprints or Fingerprints.new()).covering(values) if values else held.fingerprints


def _refuse(refusals: Iterable[str]) -> None:
    if messages := list(refusals):
        raise Failure("\n".join(messages))
