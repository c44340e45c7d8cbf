"""A made-up instance on loopback and a real API server: what the role verify pins, and how verify.yml finds its way."""

from __future__ import annotations

import json
import os
import sys
import uuid
from pathlib import Path

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._domain_pin import NAME
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.fediverse import APEX, WEB, Fediverse
from support.instance import create
from support.loopback import Authority, serving
from support.playbooks import kubectl, playbook

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
            reach = {"resolve": list(bed.resolve), "ca_path": str(bed.authority.path)}
            host = {**instance(namespace), "verify_reach": reach, **changed}
            return playbook("tests/support/verify.yml", {"one": host}, tmp_path, *arguments)

    return verify


def instance(namespace):
    return {
        "mastodon_local_domain": APEX,
        "mastodon_web_domain": WEB,
        "mastodon_namespace": namespace,
        "mastodon_owner_username": "alice",
    }


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
    assert reported.code == 0, reported.output
    assert "C5 CORS: drift" in reported.output
    assert pinned() is None
    predicted = verify(Fediverse(), "--check")
    assert predicted.changed_objects == {"ConfigMap mastodon-domains": "created"}
    assert pinned() is None
    assert verify(Fediverse()).changed_objects == predicted.changed_objects
    assert pinned() == {"local_domain": APEX, "web_domain": WEB}


@pytest.fixture
def served(tmp_path):
    with serving(Authority(tmp_path), Fediverse()) as bed:
        yield bed


def gateway(namespace, bed):
    """One that no controller minds, with the address and the ports of a loopback instance."""
    ports = {line.split(":")[1]: int(line.split(":")[3]) for line in bed.resolve}
    listeners = [
        {"name": "http", "port": ports["80"], "protocol": "HTTP"},
        {
            "name": "https",
            "port": ports["443"],
            "protocol": "HTTPS",
            "tls": {"certificateRefs": [{"name": "any"}]},
        },
    ]
    spec = {"gatewayClassName": "nobody", "listeners": listeners}
    create(
        namespace,
        [
            {
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "Gateway",
                "metadata": {"name": "public"},
                "spec": spec,
            }
        ],
    )
    status = json.dumps({"status": {"addresses": [{"type": "IPAddress", "value": "127.0.0.1"}]}})
    kubectl("-n", namespace, "patch", "gateway", "public", "--subresource=status", "--type=merge", "-p", status)


def test_the_playbook_goes_the_way_of_the_inventory(namespace, served, tmp_path):
    host = {
        **instance(namespace),
        "edge_gateway_create": False,
        "edge_gateway_name": "public",
        "edge_probe_address": "gateway",
        "edge_ca_secret": {"name": "authority", "key": "ca.crt"},
    }

    def verify():
        return playbook("fediverse.mastodon.verify", {"one": host}, tmp_path)

    assert f"no Gateway {namespace}/public with an address and a listener for {WEB}" in verify().failures
    gateway(namespace, served)
    without = verify()
    assert f"edge_ca_secret names Secret {namespace}/authority, which is not in the cluster" in without.failures
    kubectl("-n", namespace, "create", "secret", "generic", "authority", "--from-literal=tls.crt=x")
    assert "or has no entry ca.crt" in verify().failures
    kubectl("-n", namespace, "delete", "secret", "authority")
    kubectl("-n", namespace, "create", "secret", "generic", "authority", f"--from-file=ca.crt={served.authority.path}")
    done = verify()
    assert (done.code, done.changed_tasks) == (0, []), done.output
    assert "ok: C1 C2 C3" in done.output
