"""The edge role through a real Gateway: routing, redirect, certificates, proof, and somebody who is in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._http import Request
from support.certificates import write
from support.fediverse import Fediverse
from support.instance import SERVICES, create, start
from support.loopback import Authority, serving
from support.playbooks import kubectl, objects, playbook

pytestmark = pytest.mark.cluster

NAMESPACE, SHARED = "edge-e2e", "edge-e2e-gateways"
APEX, WEB = "edge.test", "social.edge.test"


def host(**changed):
    return {
        "edge": {
            "mastodon_local_domain": APEX,
            "mastodon_web_domain": WEB,
            "mastodon_namespace": NAMESPACE,
            "edge_services": SERVICES,
            "edge_certificate_secret": "web-tls",
            "edge_handle_certificate_secret": "apex-tls",
            "edge_probe_address": "gateway",
            **changed,
        }
    }


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("edge")


@pytest.fixture(scope="module")
def instance(scratch):
    """Both processes, and a certificate for each domain from an authority of our own; the file of that authority."""
    for namespace in (NAMESPACE, SHARED):
        kubectl("delete", "namespace", namespace, "--ignore-not-found")
        kubectl("create", "namespace", namespace)
    authority = scratch / "authorities.crt"
    for name, domain in (("web", WEB), ("apex", APEX)):
        write(scratch / name, [domain])
        files = [f"--cert={scratch / name}/tls.crt", f"--key={scratch / name}/tls.key"]
        for namespace in (NAMESPACE, SHARED):
            kubectl("-n", namespace, "create", "secret", "tls", f"{name}-tls", *files)
        authority.write_text(
            (authority.read_text() if authority.exists() else "") + (scratch / name / "ca.crt").read_text()
        )
    start(NAMESPACE, APEX, WEB)
    yield str(authority)
    for namespace in (NAMESPACE, SHARED):
        kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false")


@pytest.fixture(scope="module")
def run(instance, scratch):
    def run(*arguments, **changed):
        return playbook("tests/support/edge.yml", host(**{"edge_ca_file": instance, **changed}), scratch, *arguments)

    return run


@pytest.fixture(scope="module")
def predicted(run):
    return run("--check")


@pytest.fixture(scope="module")
def converged(predicted, run):
    done = run()
    assert done.code == 0, done.output
    return done


@pytest.fixture
def ask(converged, instance):
    """Sends one request through the Gateway, as anybody would."""

    def ask(url, **headers):
        found = objects("gateway", NAMESPACE)[0]["status"]["addresses"][0]["value"]
        resolve = tuple(f"{name}:{port}:{found}" for name in (APEX, WEB) for port in (80, 443))
        given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return Reach(resolve=resolve, ca_path=instance).prober().send(Request(url, headers=given))

    return ask


def routes():
    return {one["metadata"]["name"] for one in objects("httproute", NAMESPACE)}


def test_check_mode_touches_nothing_and_predicts_the_first_run(predicted, converged):
    assert predicted.code == 0, predicted.output
    assert predicted.changed_objects == converged.changed_objects
    assert "HTTPRoute mastodon-handle" in predicted.changed_objects


def test_every_clause_of_the_handle_domain_is_proven(converged):
    (verdicts,) = [row["result"]["verdicts"] for row in converged.results if row["result"].get("verdicts")]
    assert {verdict["clause"] for verdict in verdicts if verdict["verdict"] != "ok"} == {"C12", "C13"}


def test_the_second_run_changes_nothing(converged, run):
    again = run()
    assert (again.code, again.changed_tasks) == (0, []), again.output


@pytest.mark.parametrize(
    ("path", "process"),
    [
        ("/api/v1/streaming", "streaming"),
        ("/api/v1/streaming/", "streaming"),
        ("/api/v1/streaming/user?stream=x", "streaming"),
        ("/api/v1/streaming/health", "streaming"),
        ("/api/v1/streamingfoo", "web"),
        ("/api/v2/instance", "web"),
        ("/metrics", "web"),
        ("/", "web"),
    ],
)
def test_each_path_reaches_its_process(ask, path, process):
    assert ask(f"https://{WEB}{path}").header("X-Answered-By") == process


@pytest.mark.parametrize("sent", [{}, {"X_Forwarded_Proto": "http"}])
def test_the_instance_is_told_of_https_whatever_the_client_says(ask, sent):
    for path in ("/", "/api/v1/streaming/health"):
        assert ask(f"https://{WEB}{path}", **sent).header("X-Seen-Proto") == "https"


def test_a_websocket_reaches_the_streaming_server(ask):
    answer = ask(
        f"https://{WEB}/api/v1/streaming",
        Connection="Upgrade",
        Upgrade="websocket",
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Key="ZmVkaXZlcnNlLm1hc3RvZA==",
    )
    assert (answer.status, answer.header("X-Answered-By")) == (401, "streaming")


def test_plain_http_is_redirected_and_never_served(ask):
    answer = ask(f"http://{WEB}/about?a=%40")
    assert (answer.status, answer.header("Location")) == (301, f"https://{WEB}/about?a=%40")
    assert ask(f"http://{APEX}/.well-known/webfinger?resource=x").header("X-Answered-By") is None


def test_the_apex_answers_nothing_but_the_handle(ask):
    assert ask(f"https://{APEX}/.well-known/webfinger?resource=acct:a%40b").status == 301
    for path in ("/", "/api/v2/instance", "/.well-known/webfinger/more", "/.well-known/acme-challenge/x"):
        assert ask(f"https://{APEX}{path}").status == 404


def test_a_certificate_for_each_domain_keeps_http2(converged):
    listeners = objects("gateway", NAMESPACE)[0]["status"]["listeners"]
    assert {one["name"] for one in listeners} == {"https", "https-handle", "http"}
    overlapping = [c for one in listeners for c in one["conditions"] if c["type"] == "OverlappingTLSConfig"]
    assert [one for one in overlapping if one["status"] == "True"] == []


def test_the_whole_federation_check_holds(converged, scratch, instance):
    found = objects("gateway", NAMESPACE)[0]["status"]["addresses"][0]["value"]
    resolve = [f"{name}:{port}:{found}" for name in (APEX, WEB) for port in (80, 443)]
    task = {
        "web_domain": WEB,
        "account": "alice",
        "media_host": "files.example.org",
        "resolve": resolve,
        "ca_path": instance,
    }
    play = scratch / "check.yml"
    tasks = [{"name": "Check", "fediverse.mastodon.federation_check": task}]
    play.write_text(
        yaml.safe_dump([{"hosts": "mastodon", "connection": "local", "gather_facts": False, "tasks": tasks}])
    )
    done = playbook(str(play), host(), scratch)
    ((verdicts),) = [row["result"]["verdicts"] for row in done.results]
    wrong = [verdict for verdict in verdicts if verdict["verdict"] not in ("ok", "skipped")]
    assert (done.code, wrong) == (0, [])
    assert {"streaming", "media", "actor", "api", "certificate", "https", "metrics"} <= {
        verdict["clause"] for verdict in verdicts if verdict["verdict"] == "ok"
    }


def test_certificates_of_an_issuer_are_accepted_by_its_schema(converged, run, scratch):
    if "certificates.cert-manager.io" not in kubectl("get", "crd", "-o", "name"):
        pytest.skip("the schemas of cert-manager are not installed (bed crds)")
    out = scratch / "rendered"
    issuer = {"name": "letsencrypt", "kind": "ClusterIssuer"}
    done = run(
        mastodon_mode="render",
        mastodon_render_path=str(out),
        edge_certificate_secret=None,
        edge_handle_certificate_secret=None,
        edge_certificate_issuer=issuer,
    )
    assert done.code == 0, done.output
    kubectl(
        "apply",
        "--server-side",
        "--dry-run=server",
        "--field-manager=render",
        "--force-conflicts",
        "-f",
        str(out / "edge.yaml"),
    )


def test_a_route_in_the_way_is_named_and_nothing_is_applied(converged, run):
    site = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "site"},
        "spec": {
            "parentRefs": [{"name": "mastodon"}],
            "hostnames": [APEX],
            "rules": [{"matches": [{"path": {"type": "Exact", "value": "/.well-known/webfinger"}}]}],
        },
    }
    create(NAMESPACE, [site])
    try:
        done = run(edge_redirect_max_age=60)
    finally:
        kubectl("-n", NAMESPACE, "delete", "httproute", "site")
    assert done.code != 0
    assert f"HTTPRoute {NAMESPACE}/site owns /.well-known/webfinger on {APEX}" in done.failures
    assert "mastodon-handle" not in str(done.changed_objects)


def test_a_wrong_expectation_is_drift_and_named(converged, run):
    """The instance behind the redirect is another one than the variables say."""
    done = run(mastodon_web_domain=APEX, mastodon_local_domain=WEB, edge_certificate_secret="apex-tls",
               edge_handle_certificate_secret="web-tls", edge_proof_timeout=15)  # fmt: skip
    assert done.code != 0
    assert "C9 semantics: drift" in done.failures
    assert "C3" not in done.failures
    assert run().code == 0


def test_one_domain_leaves_nothing_of_the_handle(converged, run):
    assert "mastodon-handle" in routes()
    predicted = run("--check", mastodon_local_domain=WEB, edge_phase="redirect")
    done = run(mastodon_local_domain=WEB, edge_phase="redirect")
    assert done.code == 0, done.output
    assert predicted.changed_objects == done.changed_objects
    assert done.changed_objects["HTTPRoute mastodon-handle"] == "pruned"
    assert "mastodon-handle" not in routes()
    listeners = objects("gateway", NAMESPACE)[0]["spec"]["listeners"]
    assert {one["name"] for one in listeners} == {"https", "http"}
    assert run(mastodon_local_domain=WEB, edge_phase="redirect").changed_tasks == []
    assert run().code == 0


def listeners():
    return {one["name"] for one in objects("gateway", NAMESPACE)[0]["spec"]["listeners"]}


def test_the_gateway_listens_for_the_handle_until_another_server_answers(converged, run, instance, ask, scratch):
    """The route alone would not do: without its listener and certificate it answers nobody."""
    found = objects("gateway", NAMESPACE)[0]["status"]["addresses"][0]["value"]
    here = [f"{APEX}:{port}:{found}" for port in (80, 443)]
    waiting = run(edge_handle_backend="none", edge_resolve=here)
    assert (waiting.code, waiting.changed_objects) == (0, {}), waiting.output
    assert f"HTTPRoute {NAMESPACE}/mastodon-handle, made by an earlier run, still answers" in " ".join(
        waiting.output.split()
    )
    assert listeners() == {"https", "https-handle", "http"}
    assert ask(f"https://{APEX}/.well-known/webfinger?resource=acct:a%40b").status == 301
    with serving(Authority(scratch), Fediverse(APEX, WEB)) as elsewhere:
        both = scratch / "both.crt"
        both.write_text(elsewhere.authority.path.read_text() + Path(instance).read_text())
        moved = {
            "edge_handle_backend": "none",
            "edge_resolve": [one for one in elsewhere.resolve if one.startswith(f"{APEX}:")],
            "edge_ca_file": str(both),
        }
        predicted, done = run("--check", **moved), run(**moved)
        assert done.code == 0, done.output
        assert done.changed_objects == {"HTTPRoute mastodon-handle": "pruned", "Gateway mastodon": "changed"}
        assert predicted.changed_objects == done.changed_objects
        assert listeners() == {"https", "http"}
        assert run(**moved).changed_tasks == []
    assert run().code == 0
    assert listeners() == {"https", "https-handle", "http"}


def test_a_shared_gateway_is_used_and_left_alone(converged, run):
    def listener(name, domain, secret):
        reference = {"mode": "Terminate", "certificateRefs": [{"name": secret}]}
        everybody = {"namespaces": {"from": "All"}}
        return {
            "name": name,
            "port": 443,
            "protocol": "HTTPS",
            "hostname": domain,
            "tls": reference,
            "allowedRoutes": everybody,
        }

    gateway = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "public"},
        "spec": {
            "gatewayClassName": "eg",
            "listeners": [listener("https-social", WEB, "web-tls"), listener("https-apex", APEX, "apex-tls")],
        },
    }
    create(SHARED, [gateway])
    kubectl("-n", SHARED, "wait", "gateway/public", "--for=condition=Programmed", "--timeout=180s")
    before = objects("gateway", SHARED)[0]["spec"]
    shared = {
        "edge_gateway_create": False,
        "edge_gateway_name": "public",
        "edge_gateway_namespace": SHARED,
        "edge_gateway_section": "https-social",
        "edge_handle_gateway_section": "https-apex",
        "edge_certificate_secret": None,
        "edge_handle_certificate_secret": None,
    }
    done = run(**shared)
    assert done.code == 0, done.output
    assert done.changed_objects["Gateway mastodon"] == "pruned"
    assert objects("gateway", NAMESPACE) == []
    assert objects("gateway", SHARED)[0]["spec"] == before
    assert run(**shared).changed_tasks == []
