"""The role verify against a made-up instance on loopback and a real API server: what is pinned, and when."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import yaml
from ansible_collections.fediverse.mastodon.plugins.module_utils._domain_pin import NAME
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.fediverse import APEX, WEB, Fediverse
from support.loopback import Authority, serving

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        not os.environ.get("KUBECONFIG"), reason="needs a cluster: KUBECONFIG is not set (run make api)"
    ),
]


@pytest.fixture
def cluster():
    return connect({})


@pytest.fixture
def namespace(cluster):
    name = f"verify-{uuid.uuid4().hex[:8]}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


@pytest.fixture
def verify(namespace, tmp_path):
    """Runs the role of an instance that answers as told."""

    def verify(fediverse, *arguments, **changed):
        with serving(Authority(tmp_path), fediverse) as bed:
            host = {
                "mastodon_local_domain": APEX,
                "mastodon_web_domain": WEB,
                "mastodon_namespace": namespace,
                "mastodon_owner_username": "alice",
                "verify_reach": {"resolve": list(bed.resolve), "ca_path": str(bed.authority.path)},
                **changed,
            }
            inventory = tmp_path / "inventory.yml"
            inventory.write_text(yaml.safe_dump({"mastodon": {"hosts": {"one": host}}}))
            command = ["ansible-playbook", "tests/support/verify.yml", "-i", str(inventory), *arguments]
            return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    return verify


@pytest.fixture
def pinned(cluster, namespace):
    def pinned():
        found = cluster.get("v1", "ConfigMap", NAME, namespace)
        return found and found["data"]

    return pinned


def without_cors(ask, answer):
    return answer.but(Access_Control_Allow_Origin=None) if ask.host == APEX else answer


def test_the_domains_are_pinned_at_the_first_success_and_not_before(verify, pinned):
    reported = verify(Fediverse(change=without_cors), verify_required=False)
    assert reported.returncode == 0, reported.stdout
    assert "C5 CORS: drift" in reported.stdout
    assert pinned() is None
    predicted = verify(Fediverse(), "--check", "--diff")
    assert predicted.returncode == 0, predicted.stdout
    assert "ConfigMap" in predicted.stdout and pinned() is None
    done = verify(Fediverse())
    assert done.returncode == 0, done.stdout
    assert pinned() == {"local_domain": APEX, "web_domain": WEB}
