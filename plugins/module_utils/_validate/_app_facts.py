# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What another role has to publish before the role `app` can do anything, or the user to write in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ._mistake import Mistake

# By variable, the role whose fact it takes.
PUBLISHERS = {"app_database": "database", "app_cache": "cache", "app_storage": "storage", "app_secrets": "secrets"}


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    for variable, role in PUBLISHERS.items():
        if values.get(variable) == {}:
            cure = f"run the role {role} before, in the same play, or write {variable} as the README of that role tells"
            yield Mistake(variable, f"is empty: the role {role} has published nothing", cure)
