"""Ten mistakes in one file: all are named in one message with their cures, before any object is created."""

from __future__ import annotations

import pytest
from support.playbooks import kubectl, site

pytestmark = pytest.mark.cluster

NAMESPACE = "e2e-mistakes"
MISTAKES = {
    "mastodon_local_domain": "https://Example.org",
    "mastodon_owner_username": "admin",
    "mastodon_owner_email": "not-an-address",
    "mastodon_profile": "gigantic",
    "database_backend": "oracle",
    "database_instances": "several",
    "storage_backend": "floppy",
    "edge_redirect_status": 418,
    "app_profil": "small",
    "app_extra_environment": [{"name": "REDIS_NAMESPACE", "value": "mastodon"}],
}


def test_all_ten_are_named_with_their_cures_and_nothing_is_made(tmp_path):
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")
    run = site({"broken": {"mastodon_namespace": NAMESPACE, **MISTAKES}}, tmp_path)
    assert run.code != 0
    lines = run.failures.splitlines()
    for variable in MISTAKES:
        (number,) = [n for n, line in enumerate(lines) if f" {variable}: " in line]
        assert lines[number + 1].strip().startswith("-> "), f"{variable} has no cure"
    assert kubectl("get", "namespace", NAMESPACE, "--ignore-not-found") == ""
