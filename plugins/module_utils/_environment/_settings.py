# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's variables as typed values: checked and completed by the catalog's own argument specifications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean

from ._catalog import SUBJECTS
from ._variable import REFERENCE_OPTIONS, Group

# One entry of app_extra_environment.
EXTRA: Mapping[str, Mapping[str, Any]] = {
    "name": {"type": "str", "required": True, "description": "Name of the environment variable."},
    "value": {"type": "str", "description": "Its value, which anybody may read who may read ConfigMaps."},
    "secret": {
        "type": "dict",
        "options": REFERENCE_OPTIONS,
        "description": "A key of a Secret with its value instead.",
    },
    "processes": {
        "type": "list",
        "elements": "str",
        "choices": ["web", "sidekiq", "streaming", "job"],
        "default": ["web", "sidekiq", "job"],
        "description": "The processes that get it. Those that do not are not restarted when it changes.",
    },
}


def typed(given: Any, spec: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, Any]:
    """A dictionary of options with types and defaults settled; ValueError with every fault."""
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise ValueError(f"{where} must be a dictionary")
    result = ArgumentSpecValidator(dict(spec)).validate(dict(given))
    if result.error_messages:
        raise ValueError("; ".join(f"{where}: {message}" for message in result.error_messages))
    return dict(result.validated_parameters)


def group_settings(group: Group, values: Mapping[str, Any]) -> dict[str, Any]:
    """The typed options of one role variable."""
    given = values.get(group.variable)
    if group.implied and boolean(values.get(group.implied_by) or False) and isinstance(given or {}, Mapping):
        given = {**group.implied, **(given or {})}
    return typed(given, group.arguments(), group.variable)


def switched_on(group: Group, settings: Mapping[str, Any]) -> bool:
    """Whether the group is in use at all."""
    return not group.switch or bool(settings[group.switch])


def subjects(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The typed options of every subject that is in use, by role variable; ValueError with every fault."""
    settled: dict[str, dict[str, Any]] = {}
    problems = []
    for group in SUBJECTS:
        try:
            settings = group_settings(group, values)
        except ValueError as error:
            problems.append(str(error))
            continue
        if switched_on(group, settings):
            settled[group.variable] = settings
    if problems:
        raise ValueError("; ".join(problems))
    return settled


def extras(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The typed entries of app_extra_environment."""
    return [
        typed(entry, EXTRA, f"app_extra_environment[{position}]")
        for position, entry in enumerate(values.get("app_extra_environment") or [])
    ]
