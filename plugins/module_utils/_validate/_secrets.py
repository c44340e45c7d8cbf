# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes in the variables of the role secrets that types cannot tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .._secrets._keys import known
from ._mistake import Mistake

# RFC 1123 subdomain, which names of Secrets must be.
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    for variable in ("secrets_name", "secrets_cache_name"):
        name = values.get(variable)
        if isinstance(name, str) and not _NAME.fullmatch(name):
            yield Mistake(
                variable,
                f"{name!r} is not a name of a Secret",
                "use lower-case letters, digits, hyphens and dots, such as mastodon-secrets",
            )
    if values.get("secrets_name") is not None and values.get("secrets_name") == values.get("secrets_cache_name"):
        yield Mistake("secrets_cache_name", "is the same Secret as secrets_name", "give each a Secret of its own")
    yield from _consent_mistakes(values)


def _consent_mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    namespace = values.get("secrets_namespace", values.get("mastodon_namespace", "mastodon"))
    consent = values.get("secrets_allow_new_secrets_for_existing_data")
    if consent and consent != namespace:
        yield Mistake(
            "secrets_allow_new_secrets_for_existing_data",
            f"{consent!r} is not this instance's namespace",
            f"leave it out, or to lose the data in namespace {namespace} on purpose, give that name",
        )
    accepted = values.get("secrets_accept_changed_keys")
    if isinstance(accepted, list) and (unknown := [str(key) for key in accepted if not known(str(key))]):
        yield Mistake(
            "secrets_accept_changed_keys",
            f"{', '.join(unknown)} is not a key of Mastodon's",
            "copy the names from the message that refused the changed values",
        )
