# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The domains an instance is known by, recorded in the cluster, so that no later run changes one by accident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ._kube._client import Cluster
from ._kube._errors import Failure
from ._labels import labels

NAME = "mastodon-domains"
KEYS = ("local_domain", "web_domain")

# What other servers have stored cannot be changed from here.
_CONSEQUENCES = {
    "local_domain": (
        "every other server sees new accounts: followers, follows and mentions of the old handles are orphaned",
        "handles printed or linked anywhere stop working",
    ),
    "web_domain": (
        "the ids and keys of all accounts change: signatures fail and deliveries go to addresses that are gone",
        "other servers keep two conflicting accounts for each of yours",
    ),
}
# mastodon/mastodon PR#2351: it answers for accounts of the web domain too, and names the new handle in the answer.
_BORNE = (
    "the web domain stays, and Mastodon still answers for the old handles there: of all changes the only one it bears"
)


@dataclass(frozen=True)
class Domains:
    local_domain: str
    web_domain: str


@dataclass(frozen=True)
class Change:
    key: str
    old: str
    new: str

    @property
    def confirmation(self) -> str:
        return f"{self.old} -> {self.new}"


def manifest(namespace: str, domains: Domains) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME, "namespace": namespace, "labels": labels(namespace, "domains")},
        "data": {key: getattr(domains, key) for key in KEYS},
    }


def changes(pinned: Mapping[str, str], domains: Domains) -> list[Change]:
    """The domains that differ from their pins; one that is not pinned does not differ."""
    pairs = [(key, pinned.get(key), getattr(domains, key)) for key in KEYS]
    return [Change(key, old, new) for key, old, new in pairs if old and old != new]


def unconfirmed(found: Iterable[Change], confirmation: str) -> list[Change]:
    """Those whose old and new name the confirmation does not repeat; several are separated by commas."""
    given = {" ".join(part.split()) for part in confirmation.split(",")}
    return [change for change in found if change.confirmation not in given]


def splits(found: Iterable[Change], domains: Domains) -> bool:
    """Whether handles merely move away from a domain that was both, and goes on serving the instance."""
    return [(change.key, change.old) for change in found] == [("local_domain", domains.web_domain)]


def explain(found: Iterable[Change], namespace: str, *, borne: bool = False) -> str:
    found = list(found)
    lines = [f"The instance in namespace {namespace} is known to other servers by other domains; nothing was touched."]
    for change in found:
        lines.append(f"  {change.key} is {change.old}, and now {change.new} is asked for. Then")
        lines += [f"    - {consequence}" for consequence in _CONSEQUENCES[change.key]]
    if borne:
        lines.append(f"    - {_BORNE}")
    wanted = ", ".join(dict.fromkeys(change.confirmation for change in found))
    undo = " and ".join(f"mastodon_{change.key} to {change.old}" for change in found)
    lines.append(f'  Set {undo}. To change all the same, set mastodon_confirm_domain_change to "{wanted}".')
    return "\n".join(lines)


def check(cluster: Cluster, namespace: str, domains: Domains, confirmation: str = "") -> dict[str, str] | None:
    """What is pinned; Failure when a pin differs and the change is not confirmed."""
    live = cluster.get("v1", "ConfigMap", NAME, namespace)
    pinned = None if live is None else {key: str((live.get("data") or {}).get(key, "")) for key in KEYS}
    refused = unconfirmed(changes(pinned or {}, domains), confirmation)
    if refused:
        raise Failure(explain(refused, namespace, borne=splits(refused, domains)))
    return pinned
