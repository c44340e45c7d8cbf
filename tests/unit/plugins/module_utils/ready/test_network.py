"""Services, Gateways and routes, as Envoy Gateway reports them."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._network import (
    gateway,
    gateways,
    http_route,
    service,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._state import Progressing, Ready


def test_only_a_load_balancer_is_waited_for(recorded):
    assert service(recorded("network", "internal")) == Ready()
    item = recorded("network", "balanced")
    assert isinstance(service(item), Progressing)
    item["status"] = {"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}]}}
    assert service(item) == Ready()


def test_a_programmed_gateway_is_ready(recorded):
    assert gateway(recorded("network", "gateway_ready")) == Ready()


def test_a_listener_without_certificate_is_what_the_user_is_told(recorded):
    reason = gateway(recorded("network", "gateway_no_certificate")).reason
    assert reason.startswith("listener https: not ResolvedRefs: InvalidCertificateRef: ")
    assert "absent does not exist" in reason


def test_a_gateway_is_not_ready_while_one_listener_is_not(recorded):
    item = recorded("network", "gateway_ready")
    item["spec"]["listeners"].append({"name": "https", "port": 443, "protocol": "HTTPS"})
    assert gateway(item) == Progressing("listener https: ResolvedRefs is not known for the last change yet")


@pytest.mark.parametrize(("judge", "name"), [(gateway, "gateway_ready"), (http_route, "route_ready")])
def test_conditions_of_an_earlier_generation_are_not_believed(recorded, judge, name):
    item = recorded("network", name)
    item["metadata"]["generation"] += 1
    assert "is not known for the last change yet" in judge(item).reason


def test_a_route_its_gateway_accepts_is_ready(recorded):
    assert http_route(recorded("network", "route_ready")) == Ready()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("route_no_backend", "Gateway edge: not ResolvedRefs: BackendNotFound: "),
        ("route_no_listener", "Gateway edge listener absent: not Accepted: NoMatchingParent: "),
    ],
)
def test_a_refused_route_names_gateway_and_reason_and_is_doubtful(recorded, name, reason):
    state = http_route(recorded("network", name))
    assert state.reason.startswith(reason)
    assert state.doubtful


def test_every_parent_must_answer(recorded):
    item = recorded("network", "route_ready")
    item["spec"]["parentRefs"].append({"name": "other", "namespace": "edge"})
    assert http_route(item) == Progressing("Gateway other has not answered yet")


def test_the_answer_to_another_listener_does_not_count(recorded):
    item = recorded("network", "route_ready")
    item["spec"]["parentRefs"][0]["sectionName"] = "https"
    assert http_route(item) == Progressing("Gateway edge listener https has not answered yet")


def test_only_gateways_of_its_own_namespace_are_the_routes_companions(recorded):
    item = recorded("network", "route_ready")
    item["spec"]["parentRefs"].append({"name": "shared", "namespace": "edge"})
    assert [one["name"] for one in gateways(item)] == ["edge"]
