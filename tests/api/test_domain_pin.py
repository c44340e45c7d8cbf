"""The domain pin on a real API server: recorded once, compared ever after, changed only with both names repeated."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._domain_pin import NAME, Domains
from ansible_collections.fediverse.mastodon.plugins.module_utils._domain_record import keep
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import Handle
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle_domain import Wish, converge
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.app import FACTS
from support.edge import SERVICES
from support.playbooks import playbook

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        not os.environ.get("KUBECONFIG"), reason="needs a cluster: KUBECONFIG is not set (run make api)"
    ),
]

DOMAINS = Domains("example.org", "social.example.org")
MOVED = Domains("example.org", "new.example.org")


@pytest.fixture(scope="module")
def cluster():
    return connect({})


@pytest.fixture
def namespace(cluster):
    name = f"edge-{uuid.uuid4().hex[:8]}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


@pytest.fixture
def pin(cluster, namespace):
    def pin(domains=DOMAINS, state="recorded", **options):
        pinned, outcome = keep(cluster, options.pop("namespace", namespace), domains, state=state, **options)
        return pinned, outcome and outcome.action

    return pin


def stored(cluster, namespace):
    found = cluster.get("v1", "ConfigMap", NAME, namespace)
    return found and found["data"]


def test_the_record_is_made_once_and_predicted_before(cluster, namespace, pin):
    assert pin(state="checked") == (None, None)
    assert pin(check_mode=True) == (None, "created")
    assert stored(cluster, namespace) is None
    assert pin() == (None, "created")
    assert stored(cluster, namespace) == {"local_domain": "example.org", "web_domain": "social.example.org"}
    assert pin()[1] == pin(check_mode=True)[1] == "unchanged"


def test_a_namespace_that_is_yet_to_come_is_no_obstacle(pin):
    absent = f"edge-{uuid.uuid4().hex[:8]}"
    assert pin(state="checked", namespace=absent) == (None, None)
    assert pin(check_mode=True, namespace=absent) == (None, "created")
    with pytest.raises(Failure, match=absent):
        pin(namespace=absent)


def test_another_domain_is_refused_and_the_record_stays(cluster, namespace, pin):
    pin()
    for state in ("checked", "recorded"):
        with pytest.raises(Failure, match=r"social\.example\.org -> new\.example\.org"):
            pin(MOVED, state=state)
    assert stored(cluster, namespace)["web_domain"] == "social.example.org"


def test_a_confirmed_change_passes_and_is_recorded(cluster, namespace, pin):
    pin()
    confirmation = "social.example.org -> new.example.org"
    assert pin(MOVED, state="checked", confirmation=confirmation)[1] is None
    assert stored(cluster, namespace)["web_domain"] == "social.example.org"
    assert pin(MOVED, confirmation=confirmation, check_mode=True)[1] == "changed"
    assert pin(MOVED, confirmation=confirmation)[1] == "changed"
    assert pin(MOVED, state="checked")[0]["web_domain"] == "new.example.org"


@pytest.mark.parametrize("role", ["app", "edge"])
def test_a_role_on_its_own_holds_to_the_record_before_it_touches_anything(namespace, pin, role, tmp_path):
    pin()
    host = {
        **FACTS,
        "mastodon_namespace": namespace,
        "mastodon_local_domain": "example.org",
        "mastodon_web_domain": "new.example.org",
        "edge_services": SERVICES,
        "edge_certificate_secret": "web-tls",
    }
    refused = playbook(f"tests/support/{role}.yml", {"one": host}, tmp_path, "--check")
    assert refused.code == 2
    assert "web_domain is social.example.org, and now new.example.org is asked for" in refused.failures
    assert refused.changed_objects == {}
    confirmed = {**host, "mastodon_confirm_domain_change": "social.example.org -> new.example.org"}
    assert playbook(f"tests/support/{role}.yml", {"one": confirmed}, tmp_path, "--check").changed_objects


def test_no_handles_are_led_to_a_domain_that_is_not_on_record(cluster, namespace, pin):
    pin()
    wish = Wish(Handle("example.org", "new.example.org", namespace), True, None, Reach(), 0.0)
    with pytest.raises(Failure, match=r"social\.example\.org -> new\.example\.org"):
        converge(cluster, wish, check_mode=False, note=lambda line: None)
    assert cluster.get("gateway.networking.k8s.io/v1", "HTTPRoute", "mastodon-handle", namespace) is None
