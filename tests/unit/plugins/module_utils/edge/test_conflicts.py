"""Who is in the way: routes of others with one of our paths, and objects with our names."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._conflicts import (
    ConflictFailure,
    namesakes,
    refuse,
    rivals,
    visible,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import Handle
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._redirect import redirect_objects
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import KubeError

HANDLE = Handle(
    "example.org",
    "social.example.org",
    "mastodon",
    gateway_name="public",
    gateway_namespace="gateways",
    gateway_section="https-apex",
)
OURS = {
    backend: redirect_objects(replace(HANDLE, backend=backend))[-1] for backend in ("gateway", "traefik", "ingress")
}
WEBFINGER = "/.well-known/webfinger"


def named(kind, spec, name="site", namespace="apex", **metadata):
    return {"kind": kind, "metadata": {"name": name, "namespace": namespace, **metadata}, "spec": spec}


def http_route(*paths, hostname="example.org", name="site", namespace="apex", **parent):
    matches = [{"path": {"type": kind, "value": value}} for kind, value in paths or [("Exact", WEBFINGER)]]
    spec = {
        "parentRefs": [{"name": "public", "namespace": "gateways", **parent}],
        "hostnames": [hostname] if hostname else [],
        "rules": [{"matches": matches}],
    }
    return named("HTTPRoute", spec, name, namespace)


def ingress_route(*rules, **spec):
    return named("IngressRoute", {"routes": [{"match": rule} for rule in rules], **spec})


def ingress(*paths, host="example.org", kind="Exact", **spec):
    rule = {"host": host, "http": {"paths": [{"path": path, "pathType": kind} for path in paths or [WEBFINGER]]}}
    return named("Ingress", {"rules": [rule], **spec})


def found(other):
    backend = {"HTTPRoute": "gateway", "IngressRoute": "traefik", "Ingress": "ingress"}[other["kind"]]
    return list(rivals(OURS[backend], [other]))


@pytest.mark.parametrize(
    "route",
    [
        http_route(),
        http_route(sectionName="https-apex"),
        http_route(hostname="EXAMPLE.org"),
        http_route(hostname=None),
        http_route(("Exact", "/.well-known/nodeinfo"), ("Exact", WEBFINGER)),
        ingress_route(f"Host(`example.org`) && Path(`{WEBFINGER}`)"),
        ingress_route(f'Host("example.org")&&Path("/x","{WEBFINGER}")'),
        ingress_route(f"(Host(`a.org`) || Host(`Example.org`)) && PathPrefix(`{WEBFINGER}`)"),
        ingress(),
        ingress(kind="Prefix"),
        ingress(f"{WEBFINGER}/", kind="ImplementationSpecific"),
        ingress(ingressClassName="nginx"),
    ],
)
def test_a_route_with_one_of_our_paths_is_in_the_way_and_named(route):
    with pytest.raises(ConflictFailure) as failure:
        refuse(found(route), ())
    assert f"{route['kind']} apex/site owns {WEBFINGER}" in str(failure.value)
    assert "on example.org" in str(failure.value)


@pytest.mark.parametrize(
    "route",
    [
        http_route(("PathPrefix", "/")),
        http_route(("PathPrefix", WEBFINGER)),
        http_route(("Exact", "/.well-known/matrix/client")),
        http_route(hostname="www.example.org"),
        http_route(hostname="*.org"),
        http_route(("PathPrefix", "/"), hostname=None),
        http_route(name="another-gateway") | {"spec": {**http_route()["spec"], "parentRefs": [{"name": "internal"}]}},
        http_route(sectionName="http"),
        http_route(kind="Service"),
        named("HTTPRoute", {"parentRefs": http_route()["spec"]["parentRefs"], "hostnames": ["example.org"]}),
        ingress_route("Host(`example.org`)"),
        ingress_route("Host(`example.org`) && PathPrefix(`/.well-known`)"),
        ingress_route(f"Host(`www.example.org`) && Path(`{WEBFINGER}`)"),
        ingress_route(f"Host(`example.org`) && !Path(`{WEBFINGER}`)"),
        ingress("/"),
        ingress("/.well-known/", kind="Prefix"),
        ingress(host="www.example.org"),
        named("Ingress", {"defaultBackend": {"service": {"name": "site"}}}),
        copy.deepcopy(OURS["gateway"]),
        copy.deepcopy(OURS["traefik"]),
        copy.deepcopy(OURS["ingress"]),
    ],
)
def test_a_route_that_loses_or_lives_elsewhere_is_not_in_the_way(route):
    assert found(route) == []


def test_an_ingress_of_another_class_is_another_controller_s():
    ours = redirect_objects(replace(HANDLE, backend="ingress", ingress_class="haproxy"))[-1]
    assert list(rivals(ours, [ingress(ingressClassName="nginx")])) == []
    old = ingress()
    old["metadata"]["annotations"] = {"kubernetes.io/ingress.class": "haproxy"}
    assert len(list(rivals(ours, [old]))) == 1


@pytest.mark.parametrize("backend", OURS)
def test_an_object_with_our_name_that_others_made_is_in_the_way(backend):
    theirs = copy.deepcopy(OURS[backend])
    del theirs["metadata"]["labels"]
    (rival,) = rivals(OURS[backend], [theirs])
    assert rival.namesake
    assert "made by others" in rival.problem


def test_what_does_nothing_else_is_replaced_when_it_is_named():
    (rival,) = found(http_route())
    assert refuse([rival], ["HTTPRoute apex/site"]) == [rival]
    with pytest.raises(ConflictFailure):
        refuse([rival], ["HTTPRoute apex/other"])


@pytest.mark.parametrize(
    "route",
    [
        http_route(("Exact", WEBFINGER), ("PathPrefix", "/")),
        http_route(("Exact", WEBFINGER), ("Exact", "/about")),
        http_route(hostname=None),
        ingress_route(f"Host(`example.org`) && Path(`{WEBFINGER}`)", "Host(`example.org`)"),
        ingress_route(f"Host(`example.org`) && (Path(`{WEBFINGER}`) || PathRegexp(`^/x`))"),
        ingress_route(f"(Host(`example.org`) || Host(`b.org`)) && Path(`{WEBFINGER}`)"),
        ingress(WEBFINGER, "/"),
        ingress(defaultBackend={"service": {"name": "site"}}),
    ],
)
def test_what_has_other_duties_is_never_replaced(route):
    with pytest.raises(ConflictFailure, match="besides others"):
        refuse(found(route), [f"{route['kind']} apex/site"])


class Forbidding:
    """A cluster whose user may list routes in its own namespace only."""

    def list(self, api_version, kind, namespace=None):
        if namespace is None:
            raise KubeError("list HTTPRoute", 403, {"message": "forbidden"})
        return [namespace]


def test_rights_that_end_at_the_namespace_are_enough():
    routes, narrow = visible(Forbidding(), OURS["gateway"])
    assert routes == ["mastodon"]
    assert narrow == (
        "Only namespace mastodon was searched for routes of others with the handle's paths."
        " Cannot list HTTPRoute: forbidden"
    )


class Holding:
    """A cluster with one object."""

    def __init__(self, held):
        self.held = held

    def get(self, api_version, kind, name, namespace):
        return self.held if (kind, name) == (self.held["kind"], self.held["metadata"]["name"]) else None


def test_middlewares_of_others_with_our_names_are_in_the_way():
    *middlewares, _route = redirect_objects(replace(HANDLE, backend="traefik"))
    assert list(namesakes(Holding(middlewares[0]), middlewares)) == []
    theirs = copy.deepcopy(middlewares[0])
    theirs["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
    assert [rival.ref for rival in namesakes(Holding(theirs), middlewares)] == [
        "Middleware mastodon/mastodon-handle-headers"
    ]
