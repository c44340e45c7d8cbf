"""The objects of each backend: what they own, and that they leave path and query alone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import Handle
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._redirect import MADE, redirect_objects

PATHS = ["/.well-known/webfinger", "/.well-known/host-meta", "/.well-known/nodeinfo"]
HANDLE = Handle(
    "example.org",
    "social.example.org",
    "mastodon",
    gateway_name="public",
    gateway_namespace="gateways",
    gateway_section="https-apex",
)
TRAEFIK = replace(HANDLE, backend="traefik")
INGRESS = replace(HANDLE, backend="ingress")


def route(handle):
    return redirect_objects(handle)[-1]


def middleware(handle, kind):
    (found,) = [one["spec"][kind] for one in redirect_objects(handle) if kind in one["spec"]]
    return found


@pytest.mark.parametrize("handle", [HANDLE, TRAEFIK, INGRESS])
def test_every_object_is_ours_by_name_and_label_and_known_to_the_sweep(handle):
    for one in redirect_objects(handle):
        assert one["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "fediverse.mastodon"
        assert one["metadata"]["namespace"] == "mastodon"
        assert (one["apiVersion"], one["kind"], one["metadata"]["name"]) in MADE


@pytest.mark.parametrize("handle", [HANDLE, TRAEFIK, INGRESS])
def test_annotations_are_the_route_s_alone(handle):
    assert "annotations" not in route(handle)["metadata"]
    *others, annotated = redirect_objects(replace(handle, annotations={"a": "b"}))
    assert annotated["metadata"]["annotations"] == {"a": "b"}
    assert [one for one in others if "annotations" in one["metadata"]] == []


@pytest.mark.parametrize("backend", ["gateway", "traefik", "ingress", "none"])
def test_one_domain_and_a_domain_elsewhere_have_no_objects(backend):
    assert redirect_objects(replace(HANDLE, backend=backend, web_domain="example.org")) == []
    assert bool(redirect_objects(replace(HANDLE, backend=backend))) is (backend != "none")


def test_the_http_route_owns_exactly_the_paths_of_the_handle():
    (rule,) = route(HANDLE)["spec"]["rules"]
    assert [match["path"] for match in rule["matches"]] == [{"type": "Exact", "value": path} for path in PATHS]
    assert route(HANDLE)["spec"]["hostnames"] == ["example.org"]


def test_the_http_route_names_host_scheme_and_port_and_leaves_path_and_query():
    (rule,) = route(replace(HANDLE, status=307))["spec"]["rules"]
    assert rule["filters"][0]["requestRedirect"] == {
        "scheme": "https",
        "hostname": "social.example.org",
        "port": 443,
        "statusCode": 307,
    }
    assert "backendRefs" not in rule


def test_the_http_route_may_be_read_by_browsers_and_kept_for_a_while():
    (rule,) = route(replace(HANDLE, max_age=60))["spec"]["rules"]
    headers = {each["name"]: each["value"] for each in rule["filters"][1]["responseHeaderModifier"]["set"]}
    assert headers == {
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "max-age=60",
        "X-Handle-Backend": "gateway",
    }


def test_the_http_route_hangs_on_one_listener_of_the_gateway():
    assert route(HANDLE)["spec"]["parentRefs"] == [
        {"name": "public", "namespace": "gateways", "sectionName": "https-apex"}
    ]
    own = replace(HANDLE, gateway_namespace=None, gateway_section=None)
    assert route(own)["spec"]["parentRefs"] == [{"name": "public", "namespace": "mastodon"}]


def test_traefik_s_rule_is_the_exact_paths_on_the_handle_domain():
    (rule,) = route(TRAEFIK)["spec"]["routes"]
    assert re.findall(r"Path\(`([^`]*)`\)", rule["match"]) == PATHS
    assert "PathPrefix" not in rule["match"]
    assert rule["match"].startswith("Host(`example.org`) && (")
    assert rule["match"].endswith(")")
    # Longer than any rule, so that the length of no other decides.
    assert rule["priority"] > 1000


@pytest.mark.parametrize(
    "target",
    [
        "/.well-known/webfinger?resource=acct%3Aalice%40example.org&rel=self",
        "/.well-known/webfinger?resource=acct:alice@example.org",
        "/.well-known/host-meta",
        "/.well-known/webfinger?resource=https://example.org/@alice?x=https://example.org/",
    ],
)
@pytest.mark.parametrize("origin", ["https://example.org", "http://example.org", "https://example.org:8443"])
def test_traefik_s_expression_keeps_path_and_query_byte_for_byte(origin, target):
    spec = middleware(TRAEFIK, "redirectRegex")
    replacement = spec["replacement"].replace("${1}", r"\g<1>")
    assert re.sub(spec["regex"], replacement, origin + target) == f"https://social.example.org{target}"


def test_traefik_s_redirect_is_permanent_or_for_a_trial_and_carries_the_headers():
    assert middleware(TRAEFIK, "redirectRegex")["permanent"] is True
    assert middleware(replace(TRAEFIK, status=302), "redirectRegex")["permanent"] is False
    assert middleware(replace(TRAEFIK, max_age=60), "headers")["customResponseHeaders"] == {
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "max-age=60",
        "X-Handle-Backend": "traefik",
    }
    named = [one["name"] for one in route(TRAEFIK)["spec"]["routes"][0]["middlewares"]]
    assert named == [one["metadata"]["name"] for one in redirect_objects(TRAEFIK)[:-1]]


def test_traefik_has_no_307():
    with pytest.raises(ValueError, match="307"):
        replace(TRAEFIK, status=307)


@pytest.mark.parametrize("key", ["local_domain", "web_domain"])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "is empty; give a domain"),
        ("https://social.example.org", "begins with a scheme; write social.example.org"),
        ("Social.example.org", "has capital letters; write social.example.org"),
        ("social.example.org/", "has a path; write social.example.org"),
    ],
)
def test_what_is_no_domain_is_refused_with_its_cure(key, name, told):
    with pytest.raises(ValueError, match=re.escape(f"{key}: '{name}' {told}")):
        replace(HANDLE, **{key: name})


@pytest.mark.parametrize("age", [-1, 86401])
def test_a_redirect_is_kept_for_a_day_at_most(age):
    assert [replace(HANDLE, max_age=allowed).max_age for allowed in (0, 86400)] == [0, 86400]
    with pytest.raises(ValueError, match=f"max_age: {age} is not within a day; choose 0 to 86400 seconds"):
        replace(HANDLE, max_age=age)


@pytest.mark.parametrize(("secret", "tls"), [(None, {}), ("apex-tls", {"secretName": "apex-tls"})])
def test_the_controller_s_own_certificate_is_used_unless_one_is_named(secret, tls):
    assert route(replace(TRAEFIK, certificate_secret=secret))["spec"]["tls"] == tls
    # A section without a Secret would be the host's default certificate on ingress-nginx, also for the site there.
    expected = [{"hosts": ["example.org"], **tls}] if tls else None
    assert route(replace(INGRESS, certificate_secret=secret))["spec"].get("tls") == expected


def test_the_ingress_passes_exactly_the_paths_of_the_handle_to_the_instance():
    spec = route(replace(INGRESS, service_name="web", service_port=80, ingress_class="nginx"))["spec"]
    ((host, paths),) = [(rule["host"], rule["http"]["paths"]) for rule in spec["rules"]]
    assert (host, spec["ingressClassName"]) == ("example.org", "nginx")
    assert [(one["path"], one["pathType"]) for one in paths] == [(path, "Exact") for path in PATHS]
    assert {(one["backend"]["service"]["name"], one["backend"]["service"]["port"]["number"]) for one in paths} == {
        ("web", 80)
    }
    assert "ingressClassName" not in route(INGRESS)["spec"]
