# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts that can never fire, because what they are about is told by nobody: said aloud, or people rely on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ._monitored import monitored


def silent_alerts(values: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each variable that leaves alerts without what feeds them."""
    if monitored(values, "app"):
        yield from _federation(values)
    if monitored(values, "edge") and not values.get("edge_certificate_issuer"):
        yield (
            "edge_certificate_issuer is not set: no alert tells that a certificate expires, because cert-manager does"
            " not make it."
        )
    if monitored(values, "database") and values.get("database_backend") == "external":
        yield "database_backend is external: no alert watches the database, its backups and its volume."


def _federation(values: Mapping[str, Any]) -> Iterator[str]:
    if str(values.get("verify_schedule") or "never").strip() == "never":
        yield (
            "verify_schedule is not set: the alerts MastodonFederationBroken and MastodonFederationUnchecked can never"
            " fire, because nothing checks."
        )
    elif not values.get("verify_push_url"):
        yield (
            "verify_push_url is not set: the alert MastodonFederationBroken can never fire, because no verdict reaches"
            " Prometheus, and MastodonFederationUnchecked only with kube-state-metrics."
        )
