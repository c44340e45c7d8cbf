"""Claims for volumes and buckets."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._state import Failed, Progressing, Ready
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._storage import (
    object_bucket_claim,
    persistent_volume_claim,
)


def test_a_bound_claim_is_ready(recorded):
    assert persistent_volume_claim(recorded("storage", "bound")) == Ready()


def test_a_claim_that_waits_for_its_first_pod_blocks_nobody(recorded):
    assert isinstance(persistent_volume_claim(recorded("storage", "unused")), Ready)


def test_a_claim_whose_volume_is_being_made_is_waited_for(recorded):
    item = recorded("storage", "bound")
    item["status"] = {"phase": "Pending"}
    assert persistent_volume_claim(item) == Progressing("its volume is being made")


def test_a_claim_that_lost_its_volume_is_not_waited_for(recorded):
    item = recorded("storage", "bound")
    item["status"] = {"phase": "Lost"}
    assert isinstance(persistent_volume_claim(item), Failed)


def test_a_bucket_is_ready_when_bound(recorded):
    item = recorded("operators", "bucket_bound")
    assert object_bucket_claim(item) == Ready()
    item["status"] = {}
    assert object_bucket_claim(item) == Progressing("phase not set")
