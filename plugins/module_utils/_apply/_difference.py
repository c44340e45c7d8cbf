# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two objects, reduced to the paths that differ, with the values of Secrets left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OLD, NEW, SAME = "(old value hidden)", "(new value hidden)", "(value hidden)"
SECRET_FIELDS = ("data", "stringData")
# kubectl's client-side apply keeps a copy of the whole Secret here.
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

# Stands on the side of a difference where there is nothing; None is a value.
ABSENT = object()


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both objects, each reduced to what is not the same in the other one."""
    return _of_mappings(*hidden(before, after))


def hidden(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both objects; in Secrets words take the place of each value and only tell whether the other side has the same."""
    if "Secret" not in (before.get("kind"), after.get("kind")):
        return dict(before), dict(after)
    return _hidden(before, after, OLD), _hidden(after, before, NEW)


def _hidden(secret: Mapping[str, Any], other: Mapping[str, Any], word: str) -> dict[str, Any]:
    shown = dict(secret)
    for field in SECRET_FIELDS:
        values, others = secret.get(field), other.get(field)
        if isinstance(values, Mapping):
            same = others if isinstance(others, Mapping) else {}
            shown[field] = {key: SAME if same.get(key, ABSENT) == value else word for key, value in values.items()}
    metadata = secret.get("metadata") or {}
    if LAST_APPLIED in (metadata.get("annotations") or {}):
        shown["metadata"] = {**metadata, "annotations": {**metadata["annotations"], LAST_APPLIED: SAME}}
    return shown


def _of_mappings(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    old, new = {}, {}
    for key in [*before, *(key for key in after if key not in before)]:
        was, becomes = _of_values(before.get(key, ABSENT), after.get(key, ABSENT))
        if was is not ABSENT:
            old[key] = was
        if becomes is not ABSENT:
            new[key] = becomes
    return old, new


def _of_values(before: Any, after: Any) -> tuple[Any, Any]:
    if before == after:
        return ABSENT, ABSENT
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return _of_mappings(before, after)
    if isinstance(before, list) and isinstance(after, list):
        return _of_lists(before, after)
    return before, after


def _of_lists(before: list[Any], after: list[Any]) -> tuple[list[Any], list[Any]]:
    """Containers, variables, volumes, ports: lists of things with names are compared by name, others as a whole."""
    old_names, new_names = _names(before), _names(after)
    if not old_names or not new_names:
        return before, after
    if [name for name in old_names if name in new_names] != [name for name in new_names if name in old_names]:
        return before, after  # the order changed, and nothing else may have
    old, new = _of_mappings(dict(zip(old_names, before, strict=True)), dict(zip(new_names, after, strict=True)))
    return [{"name": name, **item} for name, item in old.items()], [
        {"name": name, **item} for name, item in new.items()
    ]


def _names(items: list[Any]) -> list[str]:
    """The items' names; none if one has no name or two have the same."""
    names = [item["name"] for item in items if isinstance(item, Mapping) and isinstance(item.get("name"), str)]
    return names if len(set(names)) == len(items) else []
