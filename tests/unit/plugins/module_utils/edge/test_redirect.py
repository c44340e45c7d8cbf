"""The redirect's route: what it owns, and who is in its way."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._conflicts import conflicts, visible_routes
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._redirect import Handle, redirect_route
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import KubeError

HANDLE = Handle("example.org", "social.example.org", "mastodon", "public", "gateways", "https-apex")


def paths(route):
    return [match["path"] for rule in route["spec"]["rules"] for match in rule["matches"]]


def test_the_route_owns_exactly_the_paths_of_the_handle():
    assert paths(redirect_route(HANDLE)) == [
        {"type": "Exact", "value": "/.well-known/webfinger"},
        {"type": "Exact", "value": "/.well-known/host-meta"},
        {"type": "Exact", "value": "/.well-known/nodeinfo"},
    ]


def test_the_redirect_names_host_scheme_and_port_and_leaves_path_and_query():
    (rule,) = redirect_route(replace(HANDLE, status=307))["spec"]["rules"]
    assert rule["filters"][0]["requestRedirect"] == {
        "scheme": "https",
        "hostname": "social.example.org",
        "port": 443,
        "statusCode": 307,
    }
    assert "backendRefs" not in rule


def test_the_redirect_may_be_read_by_browsers_and_kept_for_a_while():
    (rule,) = redirect_route(replace(HANDLE, max_age=60))["spec"]["rules"]
    headers = {each["name"]: each["value"] for each in rule["filters"][1]["responseHeaderModifier"]["set"]}
    assert headers == {"Access-Control-Allow-Origin": "*", "Cache-Control": "max-age=60"}


def test_the_route_hangs_on_one_listener_of_the_gateway():
    spec = redirect_route(HANDLE)["spec"]
    assert spec["parentRefs"] == [{"name": "public", "namespace": "gateways", "sectionName": "https-apex"}]
    assert spec["hostnames"] == ["example.org"]
    assert "sectionName" not in redirect_route(replace(HANDLE, gateway_section=None))["spec"]["parentRefs"][0]


def test_annotations_are_kept_out_unless_there_are_some():
    assert "annotations" not in redirect_route(HANDLE)["metadata"]
    assert redirect_route(replace(HANDLE, annotations={"a": "b"}))["metadata"]["annotations"] == {"a": "b"}


def test_one_domain_has_no_route():
    assert redirect_route(replace(HANDLE, web_domain="example.org")) is None


def other(name="site", namespace="apex", hostname="example.org", path=("Exact", "/.well-known/webfinger"), **parent):
    route = copy.deepcopy(redirect_route(HANDLE))
    route["metadata"].update(name=name, namespace=namespace)
    route["spec"]["hostnames"] = [hostname] if hostname else []
    route["spec"]["parentRefs"] = [{"name": "public", "namespace": "gateways", **parent}]
    route["spec"]["rules"] = [{"matches": [{"path": {"type": path[0], "value": path[1]}}]}]
    return route


@pytest.mark.parametrize(
    "route",
    [
        other(),
        other(sectionName="https-apex"),
        other(hostname="EXAMPLE.org"),
        other(path=("Exact", "/.well-known/nodeinfo")),
    ],
)
def test_a_route_with_one_of_our_paths_is_in_the_way_and_named(route):
    (line,) = conflicts(redirect_route(HANDLE), [route])
    assert "HTTPRoute apex/site" in line
    assert route["spec"]["rules"][0]["matches"][0]["path"]["value"] in line


@pytest.mark.parametrize(
    "route",
    [
        other(path=("PathPrefix", "/")),
        other(path=("PathPrefix", "/.well-known/webfinger")),
        other(path=("Exact", "/.well-known/matrix/client")),
        other(hostname="www.example.org"),
        other(hostname="*.org"),
        other(hostname=None),
        other(name="another-gateway") | {"spec": {**other()["spec"], "parentRefs": [{"name": "internal"}]}},
        other(sectionName="http"),
        other(name="mastodon-handle", namespace="mastodon"),
        other(kind="Service"),
    ],
    ids=["site", "prefix", "other path", "other host", "wildcard", "no host", "gateway", "listener", "itself", "mesh"],
)
def test_a_route_that_loses_or_lives_elsewhere_is_not_in_the_way(route):
    assert conflicts(redirect_route(HANDLE), [route]) == []


class Forbidding:
    """A cluster whose user may list routes in its own namespace only."""

    def list(self, api_version, kind, namespace=None):
        if namespace is None:
            raise KubeError("list HTTPRoute", 403, {"message": "forbidden"})
        return [namespace]


def test_rights_that_end_at_the_namespace_are_enough():
    assert visible_routes(Forbidding(), redirect_route(HANDLE)) == ["mastodon"]
