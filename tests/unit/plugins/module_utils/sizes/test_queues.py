"""Sidekiq's notation of queues, and who owns one."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._queues import (
    arguments,
    owners,
    queue_name,
    queue_weight,
    served,
)


@pytest.mark.parametrize(
    ("entry", "name", "weight"),
    [("push", "push", 1), ("push,6", "push", 6), (" push , 6 ", "push", 6), ("scheduler,1", "scheduler", 1)],
)
def test_an_entry_is_a_name_and_perhaps_a_weight(entry, name, weight):
    assert (queue_name(entry), queue_weight(entry)) == (name, weight)


@pytest.mark.parametrize("entry", ["push,", "push,0", "push,-1", "push,many", "push,1.5"])
def test_a_weight_is_a_whole_number_above_zero(entry):
    with pytest.raises(ValueError, match="write it like push,6"):
        queue_weight(entry)


def test_a_weight_does_not_hide_a_queue():
    groups = {"a": {"queues": ["default"]}, "b": {"queues": ["scheduler,1"]}, "c": {"queues": ["scheduler"]}}
    assert owners(groups, "scheduler") == ["b", "c"]
    assert served(["push,6", "pull"]) == {"push", "pull"}


def test_sidekiq_is_told_threads_and_queues():
    assert arguments({"concurrency": 20, "queues": ["push,6", "ingress"]}) == [
        *("-c", "20"),
        *("-q", "push,6"),
        *("-q", "ingress,1"),
    ]
