# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sizes of one instance: a profile, and over it whatever the user says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._plain import merged
from ._profiles import profile

_RESOURCES = {"requests": {"type": "dict"}, "limits": {"type": "dict"}}
_GROUP: Mapping[str, Mapping[str, Any]] = {
    "queues": {"type": "list", "elements": "str", "required": True},
    "concurrency": {"type": "int", "required": True},
    "replicas": {"type": "int", "default": 1},
    "max_replicas": {"type": "int"},
    "scale_at_jobs": {"type": "int", "default": 50},
    "requests": {"type": "dict", "default": {"cpu": "100m", "memory": "512Mi"}},
    "limits": {"type": "dict", "default": {"memory": "1536Mi"}},
}
_SERVER = {"replicas": {"type": "int"}, "max_replicas": {"type": "int"}, "scale_at_cpu": {"type": "str"}, **_RESOURCES}
_PARTS: Mapping[str, Mapping[str, Any]] = {
    "web": {"processes": {"type": "int"}, "threads": {"type": "int"}, **_SERVER},
    "streaming": {"database_pool": {"type": "int"}, **_SERVER},
    "job": {"database_pool": {"type": "int"}, **_RESOURCES},
    "metrics": _RESOURCES,
}


def sizes(name: str, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The profile with the overrides merged in, level by level; a Sidekiq group that is null is left out.

    ValueError names every field that is unknown or of a wrong type.
    """
    told = merged(profile(name), overrides or {})
    problems: list[str] = []
    settled = {part: _typed(part, told.pop(part), spec, problems) for part, spec in _PARTS.items()}
    groups = told.pop("sidekiq") or {}
    if not isinstance(groups, Mapping):
        raise ValueError("sidekiq must be a dictionary of groups by their names")
    settled["sidekiq"] = {
        group: _typed(f"sidekiq.{group}", given, _GROUP, problems)
        for group, given in groups.items()
        if given is not None
    }
    problems += [
        f"{part} is no part of an instance; the parts are web, streaming, sidekiq, job and metrics" for part in told
    ]
    if problems:
        raise ValueError("; ".join(problems))
    return settled


def incomplete(name: str, overrides: Mapping[str, Any]) -> dict[str, list[str]]:
    """What each Sidekiq group lacks that the profile does not have, so that nothing completes it."""
    groups = overrides.get("sidekiq")
    if not isinstance(groups, Mapping):
        return {}
    known = profile(name)["sidekiq"]
    needed = [field for field, spec in _GROUP.items() if spec.get("required")]
    own = {group: given for group, given in groups.items() if group not in known and isinstance(given, Mapping)}
    lacking = {group: [field for field in needed if field not in given] for group, given in own.items()}
    return {group: fields for group, fields in lacking.items() if fields}


def workloads(settled: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every Deployment's name, without the prefix, and its size."""
    yield "web", settled["web"]
    yield "streaming", settled["streaming"]
    for group, size in settled["sidekiq"].items():
        yield f"sidekiq-{group}", size


def _typed(where: str, given: Any, spec: Mapping[str, Any], problems: list[str]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        problems.append(f"{where} must be a dictionary")
        return {}
    result = ArgumentSpecValidator(dict(spec)).validate(dict(given))
    problems.extend(f"{where}: {message}" for message in result.error_messages)
    return dict(result.validated_parameters)
