# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The card at the end of a run: what the instance is, what this run did to it, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

# The order in which counts are told; what did not happen is not mentioned.
ACTIONS = ("created", "changed", "pruned", "kept", "unchanged")


def card(
    instance: Mapping[str, Any],
    results: Iterable[Mapping[str, Any]],
    verdicts: Iterable[Mapping[str, Any]],
    *,
    check_mode: bool = False,
) -> list[str]:
    """The lines of the card.

    instance: local_domain, web_domain, namespace, version, profile, owner_username.
    results: results of modules that changed objects (`objects` with `action`); those of skipped tasks are passed over.
    verdicts: of the module federation_check.
    check_mode: nothing was done, so all of it is told as what would be.
    """
    local, web, owner = instance["local_domain"], instance["web_domain"], instance["owner_username"]
    namespace = instance["namespace"]
    heading = f"Mastodon {instance['version']} ({instance['profile']}) in namespace {namespace}"
    return [
        f"Nothing was changed (check mode). It would be: {heading}" if check_mode else heading,
        f"  handle      @{owner}@{local}",
        f"  web         https://{web}",
        f"  profile     https://{web}/@{owner}",
        f"  objects     {summary(results)}",
        *(f"  federation  {line}" for line in verdict_lines(verdicts)),
        f"  password    kubectl -n {namespace} get secret mastodon-owner -o jsonpath='{{.data.password}}' | base64 -d",
        f"  next        sign in at https://{web}/auth/sign_in and set the server's rules and contact",
        "  next        back up the Secret mastodon-secrets: without it the database cannot be read",
    ]


def summary(results: Iterable[Mapping[str, Any]]) -> str:
    """How many objects met which fate, such as ``3 created, 40 unchanged``."""
    counts = Counter(found["action"] for result in results for found in result.get("objects") or ())
    told = [f"{counts[action]} {action}" for action in ACTIONS if counts[action]]
    return ", ".join(told) or "none looked at"


def verdict_lines(verdicts: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line for each clause that must hold and does not, or one for all that hold; then advice."""
    told = list(verdicts)
    if not told:
        return ["not checked"]
    wrong = [verdict for verdict in told if verdict["verdict"] not in ("ok", "skipped")]
    faults = [_fault(verdict) for verdict in wrong if verdict.get("duty") != "should"]
    holding = "ok: " + " ".join(verdict["clause"] for verdict in told if verdict["verdict"] == "ok")
    return (faults or [holding]) + [
        f"advice: {_fault(verdict)}" for verdict in wrong if verdict.get("duty") == "should"
    ]


def _fault(verdict: Mapping[str, Any]) -> str:
    return f"{verdict['clause']} {verdict['title']}: {verdict['verdict']}; got {verdict['got']} -> {verdict['cure']}"
