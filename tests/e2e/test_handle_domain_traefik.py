"""The handle domain on a Traefik with somebody else's site: with Traefik's own kinds, and with Ingresses."""

from __future__ import annotations

import pytest
from support.apex import WEBFINGER, Place, actions, ingress_route, names, settled, site_on_traefik, told
from support.instance import SERVICES, create
from support.playbooks import kubectl, playbook

pytestmark = pytest.mark.cluster

NAMESPACE, SITE = "handle-traefik-e2e", "handle-traefik-e2e-site"
APEX, WEB = "handle-traefik.test", "social.handle-traefik.test"
PLACE = Place(NAMESPACE, SITE, APEX, WEB)
KINDS = {"traefik": "ingressroutes.traefik.io", "ingress": "ingresses"}
# In this order: on one Traefik its own kinds take over from Ingresses, and never the other way round.
BACKENDS = {
    "ingress": {"edge_backend": "ingress", "edge_ingress_class": "traefik"},
    "traefik": {"edge_backend": "traefik"},
}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("handle-traefik")


@pytest.fixture(scope="module")
def authorities(scratch):
    with settled(PLACE, scratch) as file:
        yield file


@pytest.fixture(scope="module")
def traefik(authorities, scratch):
    """Traefik with the site on all of the apex, and the role, which makes its own routes for the instance there."""
    with site_on_traefik(PLACE, authorities) as edge:

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
    assert "mastodon-handle" in names(KINDS[own], NAMESPACE)
    assert "mastodon-handle" not in names(KINDS[other], NAMESPACE)
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
    create(SITE, [ingress_route("longer", f"{rule} && !PathPrefix(`/another`)")])
    try:
        done = edge.handle(backend="traefik", timeout=10)
        assert not done.failed, done["msg"]
    finally:
        kubectl("-n", SITE, "delete", "ingressroutes.traefik.io", "longer")


@pytest.mark.parametrize("on_traefik", ["traefik"], indirect=True)
def test_a_rule_by_hand_on_traefik_is_named_and_replaced_only_when_told(on_traefik):
    _backend, edge, _done, _before = on_traefik
    create(SITE, [ingress_route("by-hand", f"Host(`{APEX}`) && PathPrefix(`{WEBFINGER}`)")])
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
        assert [name for name in names(kind, NAMESPACE) if name.startswith("mastodon-handle")] == []
    assert edge.site() == before
