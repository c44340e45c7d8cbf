# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the sizes: queues without an owner or with two, and memory that Rails cannot start in (T25, T27)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .._sizes._growth import autoscaled
from .._sizes._profiles import PROFILES
from .._sizes._queues import SCHEDULER, WEIGHTS, owners, queue_name, queue_weight, served
from .._sizes._sizes import incomplete, sizes, workloads
from .._workload._autoscalers import growing, switches
from ._amounts import CPU, MEMORY, resource_mistakes
from ._app_values import dictionary, listing, profile
from ._mistake import Mistake

VARIABLE = "app_sizes"
_GROUP_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
# What Rails takes to start, mebibytes (mastodon.md 7).
_RAILS_FLOOR = 400


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    given = dictionary(values, VARIABLE)
    try:
        strange = incomplete(profile(values), given)
        yield from _strange(strange, profile(values))
        settled = sizes(profile(values), _without(given, strange))
    except ValueError as error:
        yield Mistake(VARIABLE, str(error), "see the profile's shape in the README of the role app")
        return
    yield from _numbers(settled)
    yield from _maxima(dictionary(values, VARIABLE), settled)
    yield from _groups(settled["sidekiq"], _idle(values, settled))
    yield from _scheduler(settled["sidekiq"])
    parts = [*workloads(settled), ("job", settled["job"])]
    for name, size in [*parts, ("metrics", settled["metrics"])]:
        yield from resource_mistakes(VARIABLE, name, size)
    for name, size in parts:
        if name != "streaming":
            yield from _memory(name, size)
        if size.get("scale_at_cpu") is not None and not CPU.of(size["scale_at_cpu"]):
            problem = f"scale_at_cpu of {name}: {size['scale_at_cpu']!r} is not an amount of CPU above 0"
            yield Mistake(VARIABLE, problem, CPU.cure)
    yield from _autoscaled(values, settled)
    yield from _autoscaling(values, settled)


def _strange(groups: Mapping[str, list[str]], name: str) -> Iterator[Mistake]:
    """A group that the profile lacks is most likely one of another profile."""
    for group, lacking in groups.items():
        known = ", ".join(map(repr, PROFILES[name]["sidekiq"]))
        problem = f"profile {name} has no Sidekiq group {group!r}, only {known}"
        cure = (
            f"name a group that it has, set mastodon_profile to the profile that has {group!r},"
            f" or add {' and '.join(lacking)} to make it a group of your own"
        )
        yield Mistake(VARIABLE, problem, cure)


def _without(given: Mapping[str, Any], groups: Collection[str]) -> Mapping[str, Any]:
    """The sizes without these groups, so that what else is wrong is told in the same message."""
    if not groups:
        return given
    return {**given, "sidekiq": {name: group for name, group in given["sidekiq"].items() if name not in groups}}


def _numbers(settled: Mapping[str, Any]) -> Iterator[Mistake]:
    for part, size in [*workloads(settled), ("job", settled["job"])]:
        for name in ("replicas", "processes", "threads", "concurrency", "database_pool", "scale_at_jobs"):
            # Puma without processes of its own starts no metrics, and alerts miss it (mastodon: config/puma.rb).
            least = 0 if name == "replicas" else 1
            number = size.get(name)
            if number is not None and number < least:
                yield Mistake(VARIABLE, f"{name} of {part} is {number}", f"set {least} or more")


def _maxima(given: Mapping[str, Any], settled: Mapping[str, Any]) -> Iterator[Mistake]:
    """A profile's own maximum may well be below what the user makes the minimum; one that was given may not."""
    groups = given.get("sidekiq")
    told = {**given, **{f"sidekiq-{name}": group for name, group in (groups or {}).items()}}
    for name, size in workloads(settled):
        most, least = size["max_replicas"], size["replicas"]
        if "max_replicas" in (told.get(name) or {}) and most is not None and most < least:
            yield Mistake(VARIABLE, f"max_replicas of {name} is {most}, fewer than its {least} replicas", "set more")


def _idle(values: Mapping[str, Any], settled: Mapping[str, Any]) -> list[str]:
    """The groups that have no pod, and no autoscaler that would start one."""
    try:
        scaled = growing(values, settled)
    except (ValueError, TypeError):
        scaled = []
    groups = settled["sidekiq"].items()
    return [name for name, group in groups if not group["replicas"] and f"sidekiq-{name}" not in scaled]


def _groups(groups: Mapping[str, Mapping[str, Any]], idle: Collection[str]) -> Iterator[Mistake]:
    for name, group in groups.items():
        if not _GROUP_NAME.fullmatch(name):
            problem = f"{name!r} cannot be part of a Deployment's name"
            yield Mistake(VARIABLE, problem, "use at most 32 lower-case letters, digits and hyphens")
        yield from _entries(name, group["queues"])
    working = {queue for name, group in groups.items() if name not in idle for queue in served(group["queues"])}
    missing = [queue for queue in WEIGHTS if queue not in working and queue != SCHEDULER]
    if missing:
        asleep = [name for name in idle if served(groups[name]["queues"]) & set(missing)]
        problem = f"no Sidekiq group serves {', '.join(missing)}"
        if asleep:
            problem += f": {' and '.join(asleep)} has no replicas"
        yield Mistake(VARIABLE, problem, "add it to the queues of a group that has replicas")


def _entries(name: str, queues: list[str]) -> Iterator[Mistake]:
    seen: set[str] = set()
    for entry in queues:
        queue = queue_name(entry)
        if queue in seen:
            yield Mistake(VARIABLE, f"group {name} lists queue {queue} twice", "give it a weight instead")
        seen.add(queue)
        if queue not in WEIGHTS:
            cure = f"the queues are {', '.join(WEIGHTS)}"
            yield Mistake(VARIABLE, f"group {name} serves {queue!r}, which is no queue of Mastodon's", cure)
        try:
            queue_weight(entry)
        except ValueError as error:
            yield Mistake(VARIABLE, f"group {name}: {error}", "the weight is a whole number above 0")
    if not queues:
        yield Mistake(VARIABLE, f"group {name} serves no queue", "list its queues, or set the group to null")


def _scheduler(groups: Mapping[str, Mapping[str, Any]]) -> Iterator[Mistake]:
    found = owners(groups, SCHEDULER)
    if not found:
        problem = "no Sidekiq group serves the queue scheduler, so nothing is ever cleaned up or published on time"
        yield Mistake(VARIABLE, problem, "add a group with the queues [scheduler] and one replica")
    elif len(found) > 1:
        problem = f"the groups {' and '.join(found)} serve the queue scheduler, so everything scheduled happens twice"
        yield Mistake(VARIABLE, problem, "leave scheduler to one of them")
    elif groups[found[0]]["replicas"] != 1:
        problem = f"group {found[0]} serves the queue scheduler with {groups[found[0]]['replicas']} replicas"
        yield Mistake(VARIABLE, problem, "set its replicas to 1, and give the other queues to another group")
    elif (groups[found[0]]["max_replicas"] or 1) > 1:
        problem = f"group {found[0]} serves the queue scheduler, so it can never have more than one replica"
        yield Mistake(VARIABLE, problem, "leave its max_replicas out, and give the other queues to another group")


def _memory(name: str, size: Mapping[str, Any]) -> Iterator[Mistake]:
    most = (size.get("limits") or {}).get("memory")
    limit = None if most is None else MEMORY.of(most)
    if limit is not None and limit < _RAILS_FLOOR:
        problem = f"{name} may use {limit}Mi, and Rails needs about {_RAILS_FLOOR}Mi to start"
        yield Mistake(VARIABLE, problem, f"set limits.memory of {name} to {_RAILS_FLOOR}Mi or more, better 1Gi")


def _autoscaled(values: Mapping[str, Any], settled: Mapping[str, Any]) -> Iterator[Mistake]:
    variable = "app_autoscaled_workloads"
    wanted = listing(values, variable)
    names = [name for name, _size in workloads(settled)]
    for name in wanted:
        if name not in names:
            yield Mistake(variable, f"there is no workload {name!r}", f"the workloads are {', '.join(names)}")
    for owner in owners(settled["sidekiq"], SCHEDULER):
        if f"sidekiq-{owner}" in wanted:
            problem = f"sidekiq-{owner} serves the queue scheduler, which must have exactly one replica"
            yield Mistake(variable, problem, "leave it out, or give the queue scheduler to a group of its own")


def _autoscaling(values: Mapping[str, Any], settled: Mapping[str, Any]) -> Iterator[Mistake]:
    """What is switched on must have room to grow, or the switch would do nothing without a word."""
    try:
        wanted = switches({"app_autoscaling": dictionary(values, "app_autoscaling")})
        own = autoscaled(settled, wanted)
    except ValueError:
        return
    twice = [name for name in own if name in listing(values, "app_autoscaled_workloads")]
    for name in twice:
        problem = f"{name} is in app_autoscaled_workloads too, so two autoscalers would fight over its replicas"
        yield Mistake("app_autoscaling", problem, "leave it to one of them")
    for switch in ("web", "streaming", "sidekiq"):
        if wanted[switch] and not any(name.partition("-")[0] == switch for name in own):
            problem = f"{switch} is switched on, and nothing of it may have more pods than it has"
            cure = f"set max_replicas in app_sizes.{switch}"
            if switch == "sidekiq":
                cure = "set max_replicas of a group in app_sizes.sidekiq that does not serve the queue scheduler"
            yield Mistake("app_autoscaling", problem, cure)
