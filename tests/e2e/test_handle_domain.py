"""The handle domain on a Gateway of somebody else, who has a site there, and on its way from there to another edge."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import HANDLE_PATHS
from support.apex import CONTENT, WEBFINGER, Edge, Place, actions, names, settled, site_on_traefik, told
from support.instance import create
from support.playbooks import kubectl, objects
from support.rails import until

pytestmark = pytest.mark.cluster

NAMESPACE, SITE = "handle-e2e", "handle-e2e-site"
APEX, WEB = "handle.test", "social.handle.test"
PLACE = Place(NAMESPACE, SITE, APEX, WEB)


def route(name, *matches, hosts=(APEX,), section="https-apex", **rule):
    paths = [{"path": {"type": kind, "value": value}} for kind, value in matches]
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": name},
        "spec": {
            "parentRefs": [{"name": "public", "namespace": SITE, "sectionName": section}],
            "hostnames": list(hosts),
            "rules": [{"matches": paths, **rule}],
        },
    }


def to(name, port):
    return {"backendRefs": [{"name": name, "port": port}]}


def gateway():
    def listener(name, domain, secret):
        return {
            "name": name,
            "port": 443,
            "protocol": "HTTPS",
            "hostname": domain,
            "tls": {"mode": "Terminate", "certificateRefs": [{"name": secret}]},
            "allowedRoutes": {"namespaces": {"from": "All"}},
        }

    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "public"},
        "spec": {
            "gatewayClassName": "eg",
            "listeners": [listener("https-social", WEB, "web-tls"), listener("https-apex", APEX, "apex-tls")],
        },
    }


@pytest.fixture(scope="module")
def authorities(tmp_path_factory):
    with settled(PLACE, tmp_path_factory.mktemp("handle")) as file:
        yield file


def clauses(done, verdict):
    return [one["clause"] for one in done["verdicts"] if one["verdict"] == verdict]


@pytest.fixture(scope="module")
def shared(authorities):
    """The site's Gateway, with the site on all of the apex, and the instance's domain beside it."""
    create(SITE, [gateway(), route("site", ("PathPrefix", "/"), **to("mastodon-site", 8080))])
    web = route("mastodon-web", ("PathPrefix", "/"), hosts=[WEB], section="https-social", **to("mastodon-web", 3000))
    streaming = ("PathPrefix", "/api/v1/streaming")
    create(
        NAMESPACE,
        [
            web,
            route(
                "mastodon-streaming", streaming, hosts=[WEB], section="https-social", **to("mastodon-streaming", 4000)
            ),
        ],
    )
    kubectl("-n", SITE, "wait", "gateway/public", "--for=condition=Programmed", "--timeout=180s")
    address = objects("gateways", SITE)[0]["status"]["addresses"][0]["value"]
    place = {"gateway_name": "public", "gateway_namespace": SITE, "gateway_section": "https-apex"}
    edge = Edge(PLACE, address, authorities, **place)
    before = edge.site()
    assert before[0] == (200, "text/html", CONTENT["index.html"].encode())
    yield edge, before
    kubectl("-n", SITE, "delete", "httproutes,gateways", "--all")


@pytest.fixture(scope="module")
def redirected(shared):
    """The first run, after a run in check mode that left no trace."""
    edge, _site = shared
    predicted = edge.handle("--check")
    assert predicted["verdict"] == "unproven"
    assert "mastodon-handle" not in names("httproutes", NAMESPACE)
    done = edge.handle()
    assert not done.failed, done["msg"]
    assert actions(done) == actions(predicted) == {"HTTPRoute mastodon-handle": "created"}
    return done


def test_every_clause_holds_beside_a_site_that_answers_everything_else(redirected, shared):
    edge, before = shared
    assert clauses(redirected, "skipped") == ["C12", "C13"]
    assert len(clauses(redirected, "ok")) == 12  # C1 to C11 and nodeinfo
    assert edge.site() == before
    assert edge.handle()["changed"] is False


@pytest.mark.parametrize("status", [302, 307, 301])
def test_a_trial_has_another_status_and_ends_with_301(redirected, shared, status):
    edge, before = shared
    done = edge.handle(status=status)
    assert not done.failed, done["msg"]
    assert actions(done) == {"HTTPRoute mastodon-handle": "changed"}
    assert edge.ask(f"https://{APEX}{WEBFINGER}?resource=a%40b").status == status
    assert edge.site() == before


def test_the_site_s_own_redirect_of_everything_loses_against_ours(redirected, shared):
    edge, _before = shared
    everything = {"type": "RequestRedirect", "requestRedirect": {"hostname": f"www.{APEX}", "statusCode": 301}}
    create(SITE, [route("site", ("PathPrefix", "/"), filters=[everything])])
    try:
        done = edge.handle()
        assert not done.failed, done["msg"]
        assert f"www.{APEX}" in edge.ask(f"https://{APEX}/").header("Location")
    finally:
        create(SITE, [route("site", ("PathPrefix", "/"), **to("mastodon-site", 8080))])


HAND_MADE = {
    "type": "RequestRedirect",
    "requestRedirect": {"scheme": "https", "hostname": WEB, "port": 443, "statusCode": 302},
}


@pytest.fixture
def absent(redirected, shared):
    """Nothing of ours; afterwards the redirect is back."""
    edge, _before = shared
    edge.handle(state="absent")
    yield edge
    done = edge.handle()
    assert not done.failed, done["msg"]


def test_absent_removes_ours_and_nothing_else(redirected, shared):
    edge, before = shared
    theirs = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "mastodon-handle"},
        "spec": {"ingressClassName": "nobody", "defaultBackend": {"service": {"name": "site", "port": {"number": 80}}}},
    }
    create(NAMESPACE, [theirs])
    try:
        predicted = edge.handle("--check", state="absent")
        assert "mastodon-handle" in names("httproutes", NAMESPACE)
        done = edge.handle(state="absent")
    finally:
        kept = names("ingresses", NAMESPACE)
        kubectl("-n", NAMESPACE, "delete", "ingress", "mastodon-handle")
    expected = {"HTTPRoute mastodon-handle": "pruned", "Ingress mastodon-handle": "kept"}
    assert actions(done) == actions(predicted) == expected
    assert kept == {"mastodon-handle"}
    assert names("httproutes", NAMESPACE) == {"mastodon-web", "mastodon-streaming"}
    assert edge.site() == before
    assert edge.ask(f"https://{APEX}{WEBFINGER}?resource=a").status == 404
    assert edge.handle(state="absent")["changed"] is False
    assert not edge.handle().failed


def test_a_rule_made_by_hand_is_named_and_replaced_only_when_told(absent):
    create(
        SITE,
        [route("by-hand", *[("Exact", path) for path in (WEBFINGER, "/.well-known/host-meta")], filters=[HAND_MADE])],
    )
    refused = absent.handle()
    assert (refused.failed, refused["verdict"]) == (True, "conflict")
    assert f"HTTPRoute {SITE}/by-hand owns {WEBFINGER}, /.well-known/host-meta on {APEX}" in refused["msg"]
    assert "mastodon-handle" not in names("httproutes", NAMESPACE)
    adopt = [f"HTTPRoute {SITE}/by-hand"]
    predicted = absent.handle("--check", adopt=adopt)
    assert "by-hand" in names("httproutes", SITE)
    done = absent.handle(adopt=adopt)
    assert not done.failed, done["msg"]
    assert actions(done) == actions(predicted)
    assert actions(done) == {"HTTPRoute mastodon-handle": "created", "HTTPRoute by-hand": "pruned"}
    assert names("httproutes", SITE) == {"site"}
    assert absent.handle(adopt=adopt)["changed"] is False


def test_a_rule_with_other_duties_is_never_replaced(absent):
    mixed = route("mixed", ("Exact", WEBFINGER), ("Exact", "/about"), filters=[HAND_MADE])
    create(SITE, [mixed])
    try:
        refused = absent.handle(adopt=[f"HTTPRoute {SITE}/mixed"])
        assert refused["verdict"] == "conflict"
        assert "besides others" in refused["msg"]
        assert names("httproutes", SITE) == {"site", "mixed"}
    finally:
        kubectl("-n", SITE, "delete", "httproute", "mixed")


def test_a_route_for_every_name_of_the_listener_is_in_the_way(absent):
    create(SITE, [route("everybody", ("Exact", WEBFINGER), hosts=[], filters=[HAND_MADE])])
    try:
        refused = absent.handle(adopt=[f"HTTPRoute {SITE}/everybody"])
        assert refused["verdict"] == "conflict"
        assert f"HTTPRoute {SITE}/everybody owns {WEBFINGER} on {APEX}, besides others" in refused["msg"]
    finally:
        kubectl("-n", SITE, "delete", "httproute", "everybody")


def test_an_object_with_our_name_is_taken_over_only_when_told(absent):
    create(NAMESPACE, [route("mastodon-handle", ("Exact", WEBFINGER), filters=[HAND_MADE])])
    refused = absent.handle()
    assert refused["verdict"] == "conflict"
    assert f"HTTPRoute {NAMESPACE}/mastodon-handle has the name of ours" in refused["msg"]
    taken = absent.handle(adopt=[f"HTTPRoute {NAMESPACE}/mastodon-handle"])
    assert not taken.failed, taken["msg"]
    assert actions(taken) == {"HTTPRoute mastodon-handle": "changed"}
    assert absent.handle()["changed"] is False


def test_one_domain_leaves_nothing_of_ours_on_the_apex(redirected, shared):
    edge, before = shared
    one = {"local_domain": WEB, "phase": "redirect"}
    done = edge.handle(**one)
    assert not done.failed, done["msg"]
    assert actions(done) == {"HTTPRoute mastodon-handle": "pruned"}
    assert names("httproutes", NAMESPACE) == {"mastodon-web", "mastodon-streaming"}
    assert edge.site() == before
    assert edge.handle(**one)["changed"] is False
    assert not edge.handle().failed


def test_a_listener_that_does_not_admit_us_is_named(redirected, shared):
    edge, _before = shared
    closed = gateway()
    closed["spec"]["listeners"][1]["allowedRoutes"] = {"namespaces": {"from": "Same"}}
    create(SITE, [closed])
    try:
        done = edge.handle(max_age=60, timeout=5)
        assert done.failed
        assert "NotAllowedByListeners" in done["msg"] or "not Accepted" in done["msg"]
    finally:
        create(SITE, [gateway()])
        assert not edge.handle().failed


# --- from the Gateway to another edge: Traefik, where the site is as well


@pytest.fixture(scope="module")
def traefik(authorities):
    with site_on_traefik(PLACE, authorities) as edge:
        yield edge


def at(edge, apex):
    """Where both domains are, as DNS tells it: the apex at another address, the instance where it is."""
    moved = [f"{APEX}:{port}:{apex}" for port in (80, 443)]
    return moved + [one for one in edge.resolve if one.startswith(f"{WEB}:")]


STAYS = f"HTTPRoute {NAMESPACE}/mastodon-handle, made by an earlier run, still answers for {APEX}"


def test_the_gateway_s_redirect_stays_until_traefik_answers(redirected, shared, traefik):
    """DNS still leads to the Gateway: without its route every handle would be dead."""
    edge, _before = shared
    moved = {"backend": "traefik", "resolve": at(edge, traefik.address)}
    predicted = edge.handle("--check", backend="traefik")
    first = edge.handle(backend="traefik")
    assert (first.failed, first["verdict"]) == (False, "unproven")
    assert STAYS in told(first)
    assert actions(first) == {**actions(predicted), "HTTPRoute mastodon-handle": "kept"}
    assert edge.ask(f"https://{APEX}{WEBFINGER}?resource=a").header("X-Handle-Backend") == "gateway"
    again = edge.handle(backend="traefik")
    assert (again["changed"], again["verdict"]) == (False, "unproven")
    # Now it leads to Traefik; the run in check mode sees it as well.
    predicted, done = edge.handle("--check", **moved), edge.handle(**moved)
    assert (done.failed, done["verdict"]) == (False, "ok"), done["msg"]
    assert actions(done) == actions(predicted)
    assert actions(done)["HTTPRoute mastodon-handle"] == "pruned"
    assert edge.handle(**moved)["changed"] is False
    # And back, in the same way.
    edge.handle()
    assert "mastodon-handle" not in names("ingressroutes.traefik.io", NAMESPACE)
    assert not edge.handle()["changed"]


def test_a_server_elsewhere_takes_over_only_when_it_answers(redirected, shared, traefik):
    """Traefik is the server outside, with rules that its owner made."""
    edge, _before = shared
    first = edge.handle(backend="none")
    assert (first.failed, first["changed"], first["verdict"]) == (False, False, "unproven")
    assert STAYS in told(first)
    assert edge.ask(f"https://{APEX}{WEBFINGER}?resource=a").status == 301
    moved = {"backend": "none", "resolve": at(edge, traefik.address), "timeout": 0}
    broken = edge.handle(**moved)
    assert broken.failed
    assert f"HTTPRoute {NAMESPACE}/mastodon-handle stays until" in broken["msg"]
    assert "mastodon-handle" in names("httproutes", NAMESPACE)
    create(SITE, by_hand())
    try:
        until(lambda: edge.handle("--check", **moved)["verdict"] == "ok")
        done = edge.handle(**moved)
        assert actions(done) == {"HTTPRoute mastodon-handle": "pruned"}
        assert edge.handle(**moved)["changed"] is False
    finally:
        kubectl("-n", SITE, "delete", "ingressroutes.traefik.io", "by-hand")
        kubectl("-n", SITE, "delete", "middlewares.traefik.io", "--all")
        assert not edge.handle().failed


def by_hand():
    """A redirect that the owner of the site makes on Traefik."""

    def named(kind, spec):
        return {"apiVersion": "traefik.io/v1alpha1", "kind": kind, "metadata": {"name": "by-hand"}, "spec": spec}

    redirect = {"regex": "^https?://[^/]+/(.*)$", "replacement": f"https://{WEB}/${{1}}", "permanent": True}
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "max-age=60"}
    paths = " || ".join(f"Path(`{path}`)" for path in HANDLE_PATHS)
    rule = {
        "kind": "Rule",
        "match": f"Host(`{APEX}`) && ({paths})",
        "middlewares": [{"name": "by-hand-headers"}, {"name": "by-hand"}],
        "services": [{"kind": "TraefikService", "name": "noop@internal"}],
    }
    added = named("Middleware", {"headers": {"customResponseHeaders": headers}})
    added["metadata"]["name"] = "by-hand-headers"
    return [
        added,
        named("Middleware", {"redirectRegex": redirect}),
        named("IngressRoute", {"entryPoints": ["websecure"], "routes": [rule], "tls": {}}),
    ]
