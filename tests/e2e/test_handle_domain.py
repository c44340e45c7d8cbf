"""The handle domain on the edge of somebody else, who has a site there: on a Gateway, on Traefik and as an Ingress."""

from __future__ import annotations

import json

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import HANDLE_PATHS
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._http import Request, Response
from support.certificates import write
from support.instance import SERVICES, create, pod, start
from support.modules import run
from support.playbooks import kubectl, objects, playbook
from support.rails import until

pytestmark = pytest.mark.cluster

NAMESPACE, SITE = "handle-e2e", "handle-e2e-site"
APEX, WEB = "handle.test", "social.handle.test"
WEBFINGER = "/.well-known/webfinger"
KINDS = {"gateway": "httproutes", "traefik": "ingressroutes.traefik.io", "ingress": "ingresses"}
CONTENT = {"index.html": "<h1>The site on the apex</h1>\n", "about": "Ünïcode, and\r\nboth line ends\n"}
# What the site answers itself: pages, what is missing, and paths near ours.
FOREIGN = (
    "/",
    "/about",
    "/missing",
    "/api/v2/instance",
    "/@alice",
    "/.well-known/acme-challenge/x",
    f"{WEBFINGER}/more",
    "/.well-known/matrix/client",
)


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
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("handle")


@pytest.fixture(scope="module")
def authorities(scratch):
    """An instance, and a site in another namespace; certificates for both in both. The file that vouches for them."""
    for namespace in (NAMESPACE, SITE):
        kubectl("delete", "namespace", namespace, "--ignore-not-found")
        kubectl("create", "namespace", namespace)
    for name, domain in (("web", WEB), ("apex", APEX)):
        write(scratch / name, [domain])
        files = [f"--cert={scratch / name}/tls.crt", f"--key={scratch / name}/tls.key"]
        for namespace in (NAMESPACE, SITE):
            kubectl("-n", namespace, "create", "secret", "tls", f"{name}-tls", *files)
    literals = [f"--from-literal={name}={text}" for name, text in CONTENT.items()]
    kubectl("-n", SITE, "create", "configmap", "program", *literals)
    create(SITE, pod("site", ["-m", "http.server", "8080", "--directory", "/program"], "/"))
    start(NAMESPACE, APEX, WEB)
    kubectl("-n", SITE, "wait", "pod", "--all", "--for=condition=Ready", "--timeout=120s")
    file = scratch / "authorities.crt"
    file.write_text("".join((scratch / name / "ca.crt").read_text() for name in ("web", "apex")))
    yield str(file)
    for namespace in (NAMESPACE, SITE):
        kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false")


class Edge:
    """Where the domains are answered, and the module with the options that hold there."""

    def __init__(self, address, authorities, **options):
        self.address = address
        self.resolve = [f"{name}:{port}:{address}" for name in (APEX, WEB) for port in (80, 443)]
        self.authorities = authorities
        self.options = {
            "local_domain": APEX,
            "web_domain": WEB,
            "namespace": NAMESPACE,
            "resolve": self.resolve,
            "ca_path": authorities,
            "timeout": 30,
            **options,
        }

    def ask(self, url):
        return Reach(tuple(self.resolve), self.authorities).prober().send(Request(url))

    def handle(self, *arguments, **changed):
        return run("webfinger_redirect", *arguments, **{**self.options, **changed})

    def site(self):
        """Everything the site answers: bytes, statuses and types."""
        found = [self.ask(f"https://{APEX}{path}") for path in FOREIGN]
        return [(answer.status, answer.media_type, answer.body) for answer in found]


def actions(done):
    return {f"{one['kind']} {one['name']}": one["action"] for one in done["objects"]}


def clauses(done, verdict):
    return [one["clause"] for one in done["verdicts"] if one["verdict"] == verdict]


def names(kind, namespace=NAMESPACE):
    return {one["metadata"]["name"] for one in objects(kind, namespace)}


# --- on a Gateway of somebody else


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
    edge = Edge(address, authorities, **place)
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
    assert "mastodon-handle" not in names("httproutes")
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
        assert "mastodon-handle" in names("httproutes")
        done = edge.handle(state="absent")
    finally:
        kept = names("ingresses")
        kubectl("-n", NAMESPACE, "delete", "ingress", "mastodon-handle")
    expected = {"HTTPRoute mastodon-handle": "pruned", "Ingress mastodon-handle": "kept"}
    assert actions(done) == actions(predicted) == expected
    assert kept == {"mastodon-handle"}
    assert names("httproutes") == {"mastodon-web", "mastodon-streaming"}
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
    assert "mastodon-handle" not in names("httproutes")
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
    assert names("httproutes") == {"mastodon-web", "mastodon-streaming"}
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


# --- on Traefik, with its own kinds and with Ingresses


def at(edge, apex):
    """Where both domains are, as DNS tells it: the apex at another address, the instance where it is."""
    moved = [f"{APEX}:{port}:{apex}" for port in (80, 443)]
    return moved + [one for one in edge.resolve if one.startswith(f"{WEB}:")]


def told(done):
    """What was printed, warnings among it, without the breaks of its lines."""
    return " ".join(done.output.split())


@pytest.fixture(scope="module")
def traefik(authorities, scratch):
    """The role's own routes for the instance on Traefik, and the site on all of the apex."""
    found = json.loads(kubectl("get", "service", "-A", "-o", "json", "--field-selector=metadata.name=traefik"))["items"]
    if not found:
        pytest.skip("Traefik is not installed (tests/cluster/bed operators traefik)")
    edge = Edge(found[0]["spec"]["clusterIP"], authorities)
    everything = {
        "kind": "Rule",
        "match": f"Host(`{APEX}`)",
        "services": [{"name": "mastodon-site", "port": 8080}],
    }
    create(
        SITE,
        [
            {
                "apiVersion": "traefik.io/v1alpha1",
                "kind": "IngressRoute",
                "metadata": {"name": "site"},
                "spec": {"entryPoints": ["websecure"], "routes": [everything], "tls": {"secretName": "apex-tls"}},
            }
        ],
    )

    until(lambda: isinstance(edge.ask(f"https://{APEX}/"), Response) and edge.site()[0][0] == 200)

    def converge(*arguments, **changed):
        inventory = {
            "mastodon_local_domain": APEX,
            "mastodon_web_domain": WEB,
            "mastodon_namespace": NAMESPACE,
            "edge_services": SERVICES,
            "edge_certificate_secret": "web-tls",
            "edge_resolve": edge.resolve,
            "edge_ca_file": authorities,
            **changed,
        }
        return playbook("tests/support/edge.yml", {"handle": inventory}, scratch, *arguments)

    yield edge, converge
    kubectl("-n", SITE, "delete", "ingressroutes.traefik.io", "--all")


# In this order: on one Traefik its own kinds take over from Ingresses, and never the other way round.
BACKENDS = {
    "ingress": {"edge_backend": "ingress", "edge_ingress_class": "traefik"},
    "traefik": {"edge_backend": "traefik"},
}


STAYS = f"HTTPRoute {NAMESPACE}/mastodon-handle, made by an earlier run, still answers for {APEX}"


def test_the_gateway_s_redirect_stays_until_traefik_answers(redirected, shared, traefik):
    """DNS still leads to the Gateway: without its route every handle would be dead."""
    edge, _before = shared
    moved = {"backend": "traefik", "resolve": at(edge, traefik[0].address)}
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
    assert "mastodon-handle" not in names(KINDS["traefik"])
    assert not edge.handle()["changed"]


def test_a_server_elsewhere_takes_over_only_when_it_answers(redirected, shared, traefik):
    """Traefik is the server outside, with rules that its owner made."""
    edge, _before = shared
    first = edge.handle(backend="none")
    assert (first.failed, first["changed"], first["verdict"]) == (False, False, "unproven")
    assert STAYS in told(first)
    assert edge.ask(f"https://{APEX}{WEBFINGER}?resource=a").status == 301
    moved = {"backend": "none", "resolve": at(edge, traefik[0].address), "timeout": 0}
    broken = edge.handle(**moved)
    assert broken.failed
    assert f"HTTPRoute {NAMESPACE}/mastodon-handle stays until" in broken["msg"]
    assert "mastodon-handle" in names("httproutes")
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


@pytest.fixture(scope="module", params=BACKENDS)
def on_traefik(request, traefik):
    edge, converge = traefik
    before = edge.site()
    predicted = converge("--check", **BACKENDS[request.param])
    assert predicted.code == 0, predicted.output
    done = converge(**BACKENDS[request.param])
    assert done.code == 0, done.output
    assert predicted.changed_objects == done.changed_objects
    return request.param, edge, done, before


def test_both_domains_are_proven_on_traefik(on_traefik):
    backend, edge, done, before = on_traefik
    (verdicts,) = [row["result"]["verdicts"] for row in done.results if row["result"].get("verdicts")]
    found = {one["clause"]: one["verdict"] for one in verdicts}
    expected = {
        "traefik": {"C12": "skipped", "C13": "skipped"},
        "ingress": {"C2": "skipped", "C3": "skipped", "C4": "skipped", "C7": "skipped", "C12": "skipped"},
    }
    assert {clause: verdict for clause, verdict in found.items() if verdict != "ok"} == expected[backend]
    assert before[0][:2] == (200, "text/html")
    assert edge.site() == before


def test_a_second_run_on_traefik_changes_nothing(on_traefik, traefik):
    backend, _edge, _done, _before = on_traefik
    assert traefik[1](**BACKENDS[backend]).changed_tasks == []


@pytest.mark.parametrize(
    ("path", "process"),
    [
        ("/", "web"),
        ("/api/v2/instance", "web"),
        ("/api/v1/streaming", "streaming"),
        ("/api/v1/streaming/", "streaming"),
        ("/api/v1/streaming/health", "streaming"),
        ("/metrics", "web"),
    ],
)
def test_each_path_reaches_its_process_through_traefik(on_traefik, path, process):
    _backend, edge, _done, _before = on_traefik
    answer = edge.ask(f"https://{WEB}{path}")
    assert (answer.header("X-Answered-By"), answer.header("X-Seen-Proto")) == (process, "https")


def test_the_kinds_of_the_other_backend_are_gone(on_traefik):
    backend, edge, _done, _before = on_traefik
    own, other = ("traefik", "ingress") if backend == "traefik" else ("ingress", "traefik")
    assert "mastodon-handle" in names(KINDS[own])
    assert "mastodon-handle" not in names(KINDS[other])
    if backend == "traefik":
        assert edge.ask(f"https://{WEB}/api/v1/streamingfoo").header("X-Answered-By") == "web"
        answer = edge.ask(f"http://{WEB}/about?a=%40")
        assert (answer.status, answer.header("Location")) == (301, f"https://{WEB}/about?a=%40")


@pytest.mark.parametrize("on_traefik", ["traefik"], indirect=True)
def test_what_one_proxy_prefers_hides_its_successor_and_goes_by_hand(on_traefik):
    _backend, edge, _done, _before = on_traefik
    to_ingress = {"backend": "ingress", "ingress_class": "traefik"}
    hidden = edge.handle(**to_ingress)
    assert (hidden.failed, hidden["verdict"]) == (False, "unproven")
    command = f"kubectl -n {NAMESPACE} delete ingressroute.traefik.io mastodon-handle"
    assert command in told(hidden)
    kubectl(*command.split()[1:])
    done = edge.handle(**to_ingress)
    assert (done.failed, done["verdict"]) == (False, "ok"), done["msg"]
    assert set(actions(done).values()) == {"unchanged", "pruned"}
    back = edge.handle(backend="traefik")
    assert actions(back)["Ingress mastodon-handle"] == "pruned"


@pytest.mark.parametrize("on_traefik", ["traefik"], indirect=True)
def test_a_prefix_of_the_site_does_not_win_by_its_length(on_traefik):
    """Of two rules Traefik takes the longer one, and a prefix is longer than the same exact path."""
    _backend, edge, _done, _before = on_traefik
    rule = (
        f"Host(`{APEX}`) && PathPrefix(`/.well-known/`) && !PathPrefix(`/a-path-so-long-that-this-rule-is-the-longest`)"
    )
    longer = {
        "kind": "Rule",
        "match": f"{rule} && !PathPrefix(`/another`)",
        "services": [{"name": "mastodon-site", "port": 8080}],
    }
    manifest = {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "IngressRoute",
        "metadata": {"name": "longer"},
        "spec": {"entryPoints": ["websecure"], "routes": [longer], "tls": {}},
    }
    create(SITE, [manifest])
    try:
        done = edge.handle(backend="traefik", timeout=10)
        assert not done.failed, done["msg"]
    finally:
        kubectl("-n", SITE, "delete", "ingressroutes.traefik.io", "longer")


@pytest.mark.parametrize("on_traefik", ["traefik"], indirect=True)
def test_a_rule_by_hand_on_traefik_is_named_and_replaced_only_when_told(on_traefik):
    _backend, edge, _done, _before = on_traefik
    by_hand = {
        "kind": "Rule",
        "match": f"Host(`{APEX}`) && PathPrefix(`{WEBFINGER}`)",
        "services": [{"name": "mastodon-site", "port": 8080}],
    }
    manifest = {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "IngressRoute",
        "metadata": {"name": "by-hand"},
        "spec": {"entryPoints": ["websecure"], "routes": [by_hand], "tls": {}},
    }
    create(SITE, [manifest])
    refused = edge.handle(backend="traefik")
    assert f"IngressRoute {SITE}/by-hand owns {WEBFINGER} on {APEX}" in refused["msg"]
    done = edge.handle(backend="traefik", adopt=[f"IngressRoute {SITE}/by-hand"])
    assert not done.failed, done["msg"]
    assert names(KINDS["traefik"], SITE) == {"site"}


def test_absent_removes_the_middlewares_too(on_traefik):
    _backend, edge, _done, before = on_traefik
    done = edge.handle(state="absent")
    assert (done["verdict"], done["unseen"]) == ("absent", [])
    assert set(actions(done).values()) == {"pruned"}
    for kind in ("ingressroutes.traefik.io", "middlewares.traefik.io", "ingresses"):
        assert [name for name in names(kind) if name.startswith("mastodon-handle")] == []
    assert edge.site() == before
