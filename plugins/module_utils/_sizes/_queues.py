# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sidekiq's queues: which there are, how groups of workers name them, and who owns the one that must have one owner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# mastodon: config/sidekiq.yml with its weights, mastodon.md 3.6. A queue that nobody serves is a system check in red.
WEIGHTS: Mapping[str, int] = {
    "default": 8,
    "push": 6,
    "ingress": 4,
    "mailers": 2,
    "pull": 1,
    "scheduler": 1,
    "fasp": 1,
}

# Every process that listens to it enqueues all schedules, so exactly one may (mastodon.md 3.6).
SCHEDULER = "scheduler"
# The only queue that mail leaves from (mastodon: config/application.rb, deliver_later_queue_name).
MAILERS = "mailers"


def queue_name(entry: str) -> str:
    """The queue in an entry such as ``push`` or ``push,6``, Sidekiq's own notation of a name and its weight."""
    return str(entry).partition(",")[0].strip()


def queue_weight(entry: str) -> int:
    """The weight in such an entry, 1 if it has none; ValueError if it is no whole number above 0."""
    name, comma, weight = str(entry).partition(",")
    if not comma:
        return 1
    if not weight.strip().isdecimal() or int(weight) < 1:
        raise ValueError(f"{entry!r} is no queue with its weight; write it like {name.strip() or 'push'},6")
    return int(weight)


def served(queues: Iterable[str]) -> set[str]:
    """The names of the queues in a group's list."""
    return {queue_name(entry) for entry in queues}


def owners(groups: Mapping[str, Mapping[str, Any]], queue: str) -> list[str]:
    """The groups that serve a queue."""
    return [name for name, group in groups.items() if queue in served(group["queues"])]


def arguments(group: Mapping[str, Any]) -> list[str]:
    """How Sidekiq is told a group's threads and queues (mastodon.md 3.6: ``-c N``, ``-q name,weight``)."""
    queues = [
        argument for entry in group["queues"] for argument in ("-q", f"{queue_name(entry)},{queue_weight(entry)}")
    ]
    return ["-c", str(group["concurrency"]), *queues]
