# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the rules about the application read its variables: tolerantly, because types are checked elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._environment._settings import group_settings, switched_on
from .._environment._variable import Group

PROFILE = "single_user"
VERSION = "4.6.5"


def settings(values: Mapping[str, Any], group: Group) -> dict[str, Any] | None:
    """The typed options of a group that is in use; None if it is not, or if its types are wrong."""
    try:
        found = group_settings(group, values)
    except ValueError:
        return None
    return found if switched_on(group, found) else None


def dictionary(values: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The first of these variables that is a dictionary; an empty one if none is."""
    return next((values[name] for name in names if isinstance(values.get(name), Mapping)), {})


def listing(values: Mapping[str, Any], name: str) -> list[Any]:
    """The variable if it is a list; an empty one if not."""
    return list(values[name]) if isinstance(values.get(name), list) else []


def text(values: Mapping[str, Any], *names: str, default: str) -> str:
    """The first of these variables that is a text."""
    return next((values[name] for name in names if isinstance(values.get(name), str) and values[name]), default)


def profile(values: Mapping[str, Any]) -> str:
    return text(values, "app_profile", "mastodon_profile", default=PROFILE)
