"""What the edge role renders: without a cluster, the same bytes every time, and no object more than needed."""

from __future__ import annotations

import re

import pytest
import yaml
from support.edge import VARIANTS, render

GATEWAYS = ["split", "issuer", "one", "shared", "apex elsewhere"]


@pytest.fixture(params=VARIANTS)
def variant(request):
    return request.param


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """Renders each variant once, whatever the order of the tests."""
    directories = {}

    def directory(variant):
        if variant not in directories:
            directories[variant] = tmp_path_factory.mktemp("edge")
            render(VARIANTS[variant], directories[variant])
        return directories[variant]

    return directory


@pytest.fixture
def rendered(once, variant):
    return once(variant)


@pytest.fixture
def objects(rendered):
    manifests = list(yaml.safe_load_all((rendered / "out/edge.yaml").read_text()))
    return {(one["kind"], one["metadata"]["name"]): one for one in manifests if one}


only = pytest.mark.parametrize


@only("variant", ["issuer"], indirect=True)
def test_the_same_inputs_give_the_same_bytes(variant, rendered):
    before = (rendered / "out/edge.yaml").read_bytes()
    assert "changed=0" in render(VARIANTS[variant], rendered)
    assert (rendered / "out/edge.yaml").read_bytes() == before


def test_every_object_is_the_instance_s_own(objects):
    for one in objects.values():
        assert one["metadata"]["namespace"] == "social"
        assert one["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "fediverse.mastodon"


@only(
    ("variant", "expected"),
    [
        ("split", {"Gateway mastodon", "HTTPRoute mastodon-http", "HTTPRoute mastodon-handle"}),
        (
            "issuer",
            {
                "Gateway mastodon",
                "Certificate mastodon-web",
                "Certificate mastodon-handle",
                "HTTPRoute mastodon-http",
                "HTTPRoute mastodon-handle",
            },
        ),
        ("one", {"Gateway mastodon", "HTTPRoute mastodon-http"}),
        ("shared", {"HTTPRoute mastodon-handle"}),
        ("apex elsewhere", {"Gateway mastodon", "HTTPRoute mastodon-http", "HTTPRoute mastodon-handle"}),
    ],
    indirect=["variant"],
)
def test_no_object_more_than_needed(objects, expected):
    always = {"HTTPRoute mastodon-web", "HTTPRoute mastodon-streaming"}
    assert {f"{kind} {name}" for kind, name in objects} == expected | always


@only(
    ("variant", "listeners"),
    [
        ("split", {"https": ("social.example.org", "tls"), "https-handle": ("example.org", "apex-tls"), "http": None}),
        (
            "issuer",
            {
                "https": ("social.example.org", "mastodon-web-tls"),
                "https-handle": ("example.org", "mastodon-handle-tls"),
                "http": None,
            },
        ),
        ("one", {"https": ("example.org", "tls"), "http": None}),
        ("apex elsewhere", {"https": ("social.example.org", "tls"), "http": None}),
    ],
    indirect=["variant"],
)
def test_a_listener_and_certificate_for_each_domain_of_the_gateway(objects, listeners):
    found = objects["Gateway", "mastodon"]["spec"]["listeners"]
    assert {
        one["name"]: (one["hostname"], one["tls"]["certificateRefs"][0]["name"]) if "tls" in one else None
        for one in found
    } == listeners


@only("variant", ["issuer"], indirect=True)
def test_every_ordered_certificate_is_the_one_that_a_listener_uses(objects):
    for name, domain in (("mastodon-web", "social.example.org"), ("mastodon-handle", "example.org")):
        spec = objects["Certificate", name]["spec"]
        assert spec["dnsNames"] == [domain]
        assert spec["secretName"] == f"{name}-tls"
        assert spec["issuerRef"] == {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "letsencrypt"}


@only("variant", GATEWAYS, indirect=True)
def test_the_application_is_on_https_only(objects):
    for name in ("mastodon-web", "mastodon-streaming", "mastodon-handle"):
        if ("HTTPRoute", name) in objects:
            (parent,) = objects["HTTPRoute", name]["spec"]["parentRefs"]
            assert parent["sectionName"].startswith("https")


@only("variant", GATEWAYS, indirect=True)
def test_only_the_prefix_of_streaming_goes_there(objects):
    (rule,) = objects["HTTPRoute", "mastodon-streaming"]["spec"]["rules"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/api/v1/streaming"}}]
    assert rule["backendRefs"] == [{"name": "mastodon-streaming", "port": 4000}]


@only(
    ("variant", "web", "streaming"),
    [("split", {"request": "120s"}, {"request": "0s"}), ("shared", None, None)],
    indirect=["variant"],
)
def test_timeouts_are_named_or_left_to_the_gateway(objects, web, streaming):
    for name, expected in (("mastodon-web", web), ("mastodon-streaming", streaming)):
        assert objects["HTTPRoute", name]["spec"]["rules"][0].get("timeouts") == expected


@only(
    ("variant", "parent"),
    [
        ("split", {"name": "mastodon", "namespace": "social", "sectionName": "https-handle"}),
        ("shared", {"name": "public", "namespace": "gateways", "sectionName": "https-apex"}),
        ("apex elsewhere", {"name": "site", "namespace": "site", "sectionName": "https"}),
    ],
    indirect=["variant"],
)
def test_the_redirect_hangs_where_the_apex_is(objects, parent):
    spec = objects["HTTPRoute", "mastodon-handle"]["spec"]
    assert spec["parentRefs"] == [parent]
    assert spec["hostnames"] == ["example.org"]


@only("variant", ["issuer"], indirect=True)
def test_annotations_reach_gateway_and_routes(objects):
    for (kind, _unused), one in objects.items():
        expected = {"Gateway": {"a": "b"}, "HTTPRoute": {"c": "d"}}.get(kind)
        assert one["metadata"].get("annotations") == expected


def names(objects):
    return {f"{kind} {name.removeprefix('mastodon-')}" for kind, name in objects}


WEB = {"IngressRoute web", "IngressRoute streaming", "ServersTransport web", "ServersTransport streaming"}
PLAIN = {"IngressRoute http", "Middleware http"}
HANDLE = {"IngressRoute handle", "Middleware handle-headers", "Middleware handle-redirect"}


@only(
    ("variant", "expected"),
    [
        ("traefik", WEB | PLAIN | HANDLE),
        (
            "traefik issuer",
            HANDLE | {"IngressRoute web", "IngressRoute streaming", "Certificate web", "Certificate handle"},
        ),
        ("traefik one", WEB | PLAIN),
        ("ingress", {"Ingress web", "Ingress streaming", "Ingress handle"}),
        ("none", set()),
        (
            "outside",
            {"Gateway mastodon", "HTTPRoute http", "HTTPRoute web", "HTTPRoute streaming"},
        ),
        (
            "mixed",
            {"Gateway mastodon", "HTTPRoute http", "HTTPRoute web", "HTTPRoute streaming"} | HANDLE,
        ),
    ],
    indirect=["variant"],
)
def test_each_backend_makes_its_own_kinds_for_each_domain(objects, expected):
    assert names(objects) == expected


def traefik_service(objects, path):
    """The service that Traefik takes: of the rules that match, the longest."""

    def matches(rule):
        exact, prefixes = re.findall(r"Path\(`(.*?)`\)", rule), re.findall(r"PathPrefix\(`(.*?)`\)", rule)
        return not (exact or prefixes) or path in exact or path.startswith(tuple(prefixes))

    routes = [
        route
        for (kind, name), one in objects.items()
        if kind == "IngressRoute" and name in ("mastodon-web", "mastodon-streaming")
        for route in one["spec"]["routes"]
        if matches(route["match"])
    ]
    return max(routes, key=lambda route: len(route["match"]))["services"][0]["name"]


@only("variant", ["traefik"], indirect=True)
@only(
    ("path", "process"),
    [
        ("/", "web"),
        ("/api/v1/streaming", "streaming"),
        ("/api/v1/streaming/", "streaming"),
        ("/api/v1/streaming/health", "streaming"),
        ("/api/v1/streamingfoo", "web"),
        ("/api/v2/instance", "web"),
    ],
)
def test_traefik_keeps_the_prefix_of_streaming_apart(objects, path, process):
    assert traefik_service(objects, path) == f"mastodon-{process}"


@only("variant", ["traefik"], indirect=True)
def test_traefik_waits_as_long_as_each_process_may_take(objects):
    for name, timeout in (("web", "120s"), ("streaming", "0s")):
        transport = objects["ServersTransport", f"mastodon-{name}"]
        assert transport["spec"]["forwardingTimeouts"] == {"responseHeaderTimeout": timeout}
        (route,) = objects["IngressRoute", f"mastodon-{name}"]["spec"]["routes"]
        assert route["services"][0]["serversTransport"] == f"mastodon-{name}"


@only(
    ("variant", "web", "handle"),
    [
        ("traefik", {}, {}),
        ("traefik issuer", {"secretName": "mastodon-web-tls"}, {"secretName": "mastodon-handle-tls"}),
        ("traefik one", {"secretName": "tls"}, None),
    ],
    indirect=["variant"],
)
def test_traefik_s_certificates_are_named_or_its_own(objects, web, handle):
    assert objects["IngressRoute", "mastodon-web"]["spec"]["tls"] == web
    found = objects.get(("IngressRoute", "mastodon-handle"))
    assert (found and found["spec"]["tls"]) == handle


@only("variant", ["traefik"], indirect=True)
def test_traefik_redirects_plain_http_and_serves_nothing_there(objects):
    for (kind, name), one in objects.items():
        if kind == "IngressRoute":
            plain = one["spec"]["entryPoints"] == ["web"]
            assert plain is (name == "mastodon-http")
            assert ("tls" in one["spec"]) is not plain


@only(
    ("variant", "secret", "annotations"),
    [("ingress", {"secretName": "tls"}, {"c": "d", "timeout": "1h"}), ("ingress bare", {}, None)],
    indirect=["variant"],
)
def test_an_ingress_for_each_process_with_its_own_annotations(objects, variant, secret, annotations):
    paths = {"web": "/", "streaming": "/api/v1/streaming"}
    for name, path in paths.items():
        spec = objects["Ingress", f"mastodon-{name}"]["spec"]
        assert spec["tls"] == [{"hosts": ["social.example.org"], **secret}]
        assert spec.get("ingressClassName") == ("haproxy" if variant == "ingress" else None)
        ((rule),) = spec["rules"]
        ((found),) = rule["http"]["paths"]
        assert (rule["host"], found["path"], found["pathType"]) == ("social.example.org", path, "Prefix")
        assert found["backend"]["service"]["name"] == f"mastodon-{name}"
    assert objects["Ingress", "mastodon-streaming"]["metadata"].get("annotations") == annotations
    # The web domain's certificate is not offered for the handle domain: it would displace that of the site there.
    assert "tls" not in objects["Ingress", "mastodon-handle"]["spec"]


@only(
    ("variant", "secret"),
    [("ingress apex-tls", "apex-tls"), ("ingress issuer", "mastodon-handle-tls")],
    indirect=["variant"],
)
def test_an_ingress_for_the_handle_names_only_a_certificate_that_is_its_own(objects, secret):
    found = objects["Ingress", "mastodon-handle"]["spec"]["tls"]
    assert found == [{"hosts": ["example.org"], "secretName": secret}]
