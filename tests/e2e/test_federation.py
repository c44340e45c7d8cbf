"""The federation check through a real Gateway: the good case, a broken edge, other judges, and the CronJob."""

from __future__ import annotations

import copy
import json
import subprocess
import time

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._inside import resolved_inside
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach, check_instance
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._handle import HANDLE_CLAUSES, prove_handle
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._http import Request
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._target import Target
from support.fediverse import MEDIA
from support.instance import IMAGE, SERVICES, create, pod, start
from support.judging import JUDGES, installed, judged
from support.loopback import Authority
from support.playbooks import kubectl, objects, playbook
from support.verdicts import ADVICE, FROM_APEX, FROM_REDIRECTS, expected, verdicts, wrong

pytestmark = pytest.mark.cluster

NAMESPACE = "federation-e2e"
APEX, WEB = "judged.test", "social.judged.test"
WEBFINGER, HOST_META = "/.well-known/webfinger", "/.well-known/host-meta"
SETTLING = 60  # seconds Envoy may take to do what its routes say
# Keeps what is posted to it, and tells it to whoever asks.
COLLECTOR = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    posted = b""
    def do_POST(self):
        Handler.posted = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202); self.end_headers()
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(Handler.posted)
HTTPServer(("", 8080), Handler).serve_forever()
"""

# The web server of a site on the apex: a page, or a redirect as the route to it says in headers.
SITE = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<!doctype html><h1>The site on the apex</h1>"
        self.send_response(int(self.headers.get("X-Status", 200)))
        if "X-Location" in self.headers:
            where = self.headers["X-Location"].format(target=self.path, path=self.path.partition("?")[0])
            self.send_header("Location", where)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD": self.wfile.write(body)
    do_HEAD = do_GET
ThreadingHTTPServer(("", 8080), Handler).serve_forever()
"""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("federation")


@pytest.fixture(scope="module")
def authority(scratch):
    return Authority(scratch)


def secret(name, file):
    """One file's key and certificates, which the Gateway wants apart."""
    marker = "-----BEGIN CERTIFICATE-----"
    key, *certificates = file.read_text().split(marker)
    chain = "".join(marker + certificate for certificate in certificates)
    data = {"tls.crt": chain, "tls.key": key}
    create(
        NAMESPACE,
        [
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": name},
                "type": "kubernetes.io/tls",
                "stringData": data,
            }
        ],
    )


def host(authority, **changed):
    return {
        "federation": {
            "mastodon_local_domain": APEX,
            "mastodon_web_domain": WEB,
            "mastodon_namespace": NAMESPACE,
            "mastodon_owner_username": "alice",
            "edge_services": SERVICES,
            "edge_certificate_secret": "web-tls",
            "edge_handle_certificate_secret": "apex-tls",
            "edge_probe_address": "gateway",
            "edge_ca_file": str(authority.path),
            **changed,
        }
    }


@pytest.fixture(scope="module")
def running(authority, scratch):
    """An instance behind the role's own edge."""
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")
    kubectl("create", "namespace", NAMESPACE)
    secret("web-tls", authority.leaf((WEB,)))
    secret("apex-tls", authority.leaf((APEX,)))
    create(NAMESPACE, pod("site", ["-c", SITE], "/"))
    start(NAMESPACE, APEX, WEB)
    done = playbook("tests/support/edge.yml", host(authority), scratch)
    assert done.code == 0, done.output
    yield objects("gateways", NAMESPACE)[0]["status"]["addresses"][0]["value"]
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")


@pytest.fixture(scope="module")
def resolve(running):
    return tuple(f"{name}:{port}:{running}" for name in (APEX, WEB) for port in (80, 443))


@pytest.fixture(scope="module")
def check(resolve, authority):
    def check():
        reach = Reach(resolve, str(authority.path))
        return check_instance(WEB, APEX, reach=reach, account="alice", media_host=MEDIA)

    return check


def test_every_clause_holds_and_the_budget_is_kept(check):
    report = settled(check, expected())
    assert verdicts(report) == expected(), wrong(report)
    assert report.ok
    assert report.requests <= 40


# --- the edge, broken by its own routes; each breakage is a change of the routes by name, and the clauses that see it


def redirects(**changed):
    """Another redirect of the handle's paths; None leaves a part out."""

    def change(routes):
        for rule in routes["mastodon-handle"]["spec"]["rules"]:
            found = next(one for one in rule["filters"] if one["type"] == "RequestRedirect")["requestRedirect"]
            found.update(changed)

    return change


def headers(name, value):
    """Another value of a header on the redirect, or no such header."""

    def change(routes):
        for rule in routes["mastodon-handle"]["spec"]["rules"]:
            found = next(one for one in rule["filters"] if one["type"] == "ResponseHeaderModifier")
            kept = [one for one in found["responseHeaderModifier"].get("set", []) if one["name"] != name]
            kept += [{"name": name, "value": value}] if value is not None else []
            found["responseHeaderModifier"]["set"] = kept or [{"name": "X-Unused", "value": "1"}]

    return change


def catching(*more):
    """Further requests that the redirect of the handle catches."""

    def change(routes):
        routes["mastodon-handle"]["spec"]["rules"][0]["matches"] += more

    return change


def catching_only(**narrower):
    def change(routes):
        for rule in routes["mastodon-handle"]["spec"]["rules"]:
            for match in rule["matches"]:
                match.update(narrower)

    return change


def without(name):
    return lambda routes: routes.pop(name)


def path(value, kind="Exact", **more):
    return {"path": {"type": kind, "value": value}, **more}


def before_web(match, **rule):
    """A rule on the web domain that is found before the instance's."""

    def change(routes):
        routes["mastodon-web"]["spec"]["rules"].insert(0, {"matches": [match], **rule})

    return change


def backend(name):
    service = {**SERVICES, "site": {"name": "mastodon-site", "port": 8080}}[name]
    return {"backendRefs": [{"name": service["name"], "port": service["port"]}]}


def by_the_site(location, status=301):
    """The handle's paths are redirected by the site's web server, with the headers that are ours."""

    def change(routes):
        told = [{"name": "X-Location", "value": location}, {"name": "X-Status", "value": str(status)}]
        for rule in routes["mastodon-handle"]["spec"]["rules"]:
            kept = [one for one in rule["filters"] if one["type"] != "RequestRedirect"]
            rule["filters"] = [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": told}}, *kept]
            rule.update(backend("site"))

    return change


def site(**rule):
    """A catch-all of the site on the apex, which wins against our route: its rules for GET and HEAD are narrower."""

    def change(routes):
        ours = routes["mastodon-handle"]
        paths = [match["path"] for one in ours["spec"]["rules"] for match in one["matches"]]
        narrower = [{"path": path, "method": method} for path in paths for method in ("GET", "HEAD")]
        everything = {"path": {"type": "PathPrefix", "value": "/"}}
        routes["site"] = {
            **ours,
            "metadata": {"name": "site", "namespace": NAMESPACE},
            "spec": {**ours["spec"], "rules": [{"matches": [*narrower, everything], **rule}]},
        }

    return change


def answer_header(name, value):
    modifier = {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"set": [{"name": name, "value": value}]}}
    return {"filters": [modifier], **backend("web")}


def to_elsewhere(**redirect):
    return {"filters": [{"type": "RequestRedirect", "requestRedirect": redirect}]}


def over_plain_http(routes):
    # Not to Rails, which redirects by itself.
    routes["mastodon-http"]["spec"]["rules"] = [{"matches": [path("/", "PathPrefix")], **backend("streaming")}]


ACCOUNT = [{"name": "resource", "type": "RegularExpression", "value": ".*no_such_user.*"}]


def rewritten(where):
    rewrite = {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replaceFullPath": where}}}
    return {"filters": [rewrite], **backend("web")}


# The change, the clauses that name it, and those that find nothing to judge then.
BROKEN = {
    "the query is dropped": (by_the_site(f"https://{WEB}{{path}}"), {"C3"}),
    "a slash is added": (
        redirects(path={"type": "ReplaceFullPath", "replaceFullPath": f"{WEBFINGER}/"}), {"C3"}),
    "a 302 to a page": (by_the_site("/login", 302), {"C3", "C4"}),
    "a wrong host": (redirects(hostname="nowhere.invalid"), {"C3"}, {"C4"}),
    "apex to www first": (redirects(hostname=f"www.{APEX}"), {"C3", "C4"}),
    "a catch-all of the apex wins with its pages": (site(**backend("site")), {"C1", "nodeinfo"}, FROM_REDIRECTS),
    "a catch-all of the apex wins with www": (
        site(**to_elsewhere(hostname=f"www.{APEX}", scheme="https", statusCode=301)), {"C3", "C4", "C5", "C7"}),
    "an http target": (redirects(scheme="http", port=80), {"C3", "C6"}, {"C4"}),
    "the listener's port leaks": (redirects(port=8443), {"C3"}, {"C4"}),
    "no CORS": (headers("Access-Control-Allow-Origin", None), {"C5"}),
    "CORS for one origin": (headers("Access-Control-Allow-Origin", f"https://{WEB}"), {"C5"}),
    "CORS with credentials": (headers("Access-Control-Allow-Credentials", "true"), {"C5"}),
    "a redirect without a lifetime": (headers("Cache-Control", None), {"C7"}),
    "a redirect kept for a year": (headers("Cache-Control", "max-age=31536000"), {"C7"}),
    "a prefix is captured": (catching(path("/.well-known", "PathPrefix")), {"C1"}),
    "everything is captured": (catching(path("/", "PathPrefix")), {"C1"}),
    "nothing is redirected": (without("mastodon-handle"), {"C1", "nodeinfo"}, FROM_REDIRECTS),
    "only GET is matched": (catching_only(method="GET"), {"C10"}),
    "a second hop": (
        before_web(path(WEBFINGER), **to_elsewhere(path={"type": "ReplaceFullPath", "replaceFullPath": "/elsewhere"})),
        {"C4"}, {"C5", "C8", "C9", "actor", "inbox"}),
    "webfinger as a page": (before_web(path(WEBFINGER), **answer_header("Content-Type", "text/html")), {"C8"}),
    "host-meta as a page": (before_web(path(HOST_META), **answer_header("Content-Type", "text/html")), {"C8"}),
    "host-meta is not there": (before_web(path(HOST_META), **rewritten("/nowhere")), {"C9"}, {"C5", "C8"}),
    "an unknown user is found": (before_web(path(WEBFINGER, queryParams=ACCOUNT), **rewritten("/actor")), {"C9"}),
    "streaming goes to Rails": (without("mastodon-streaming"), {"streaming"}),
    "metrics for everyone": (before_web(path("/metrics"), **backend("streaming")), {"metrics"}),
    "deliveries are redirected": (before_web(path("/inbox"), **to_elsewhere(hostname=APEX)), {"inbox"}),
    "a policy without the media host": (
        before_web(path("/about"), **answer_header("Content-Security-Policy", "default-src 'self'")), {"media"}),
    "a page over plain http": (over_plain_http, {"https"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def routes(running):
    """The edge's routes as they are, without what the server adds."""
    found = {}
    for one in objects("httproutes", NAMESPACE):
        one.pop("status", None)
        one["metadata"] = {
            key: one["metadata"][key] for key in ("name", "namespace", "labels") if key in one["metadata"]
        }
        found[one["metadata"]["name"]] = one
    assert set(found) >= {"mastodon-handle", "mastodon-web", "mastodon-streaming", "mastodon-http"}
    return found


@pytest.fixture
def broken(routes):
    """Breaks the routes for one test."""

    def apply(change):
        changed = copy.deepcopy(routes)
        change(changed)
        make(changed)

    yield apply
    make(routes)


def make(routes):
    """These routes and no others, each with its whole spec, whoever owned which part of it."""
    there = {one["metadata"]["name"] for one in objects("httproutes", NAMESPACE)}
    for name in there - routes.keys():
        kubectl("-n", NAMESPACE, "delete", "httproute", name)
    for name in routes.keys() - there:
        create(NAMESPACE, [routes[name]])
    items = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(routes.values())})
    subprocess.run(
        ["kubectl", "-n", NAMESPACE, "replace", "-f", "-"], input=items, text=True, check=True, capture_output=True
    )


def settled(check, wanted):
    """The second of two reports in a row that tell just what is wanted, or the last one: a Gateway on its way from one
    state to the next may look like any third."""
    deadline = time.monotonic() + SETTLING
    before = None
    while True:
        report = check()
        if verdicts(report) == wanted == before or time.monotonic() > deadline:
            return report
        before = verdicts(report)
        time.sleep(0.5)


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_edge_is_named_by_exactly_its_clauses(check, broken, case):
    change, clauses, *unjudged = case
    healthy = settled(check, expected())
    assert verdicts(healthy) == expected(), wrong(healthy)
    broken(change)
    report = settled(check, expected(clauses, *unjudged))
    assert verdicts(report) == expected(clauses, *unjudged), wrong(report)
    assert report.ok == (clauses <= ADVICE)


def test_a_302_with_a_page_is_good_for_lookups_and_no_redirect_of_ours(check, broken, resolve, authority):
    """Every client follows it, and web servers send a page with redirects; the role's own is a 301 unless told."""
    broken(by_the_site(f"https://{WEB}{{target}}", 302))
    report = settled(check, expected())
    assert verdicts(report) == expected(), wrong(report)
    answer = Reach(resolve, str(authority.path)).prober().send(Request(f"https://{APEX}{WEBFINGER}?resource=x"))
    assert (answer.status, answer.media_type) == (302, "text/html")
    ours = Target(APEX, WEB, redirect_status=301, proxying=False, account="alice")
    proven = {found.clause: found.verdict for found in prove_handle(ours, Reach(resolve, str(authority.path)).prober())}
    assert proven == {clause.id: expected({"C2"})[clause.id] for clause in HANDLE_CLAUSES}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        # Envoy Gateway takes none that has expired already: this one does while it is served.
        ({"days": 20 / 86400}, "has expired"),
        ({"chain": False}, "full chain"),
        ({"names": ("other.test",)}, "not for this name"),
    ],
    ids=["expired", "incomplete chain", "wrong name"],
)
def test_a_bad_certificate_of_the_apex_is_clause_6(check, authority, fault, words):
    wanted = expected({"C6"}, (), FROM_APEX)
    secret("apex-tls", authority.leaf(**{"names": (APEX,), **fault}))
    try:
        report = settled(check, wanted)
    finally:
        secret("apex-tls", authority.leaf((APEX,)))
    assert verdicts(report) == wanted, wrong(report)
    assert words in next(found.got for found in report.verdicts if found.clause == "C6")
    assert {found.reason for found in report.verdicts if found.verdict == "unreachable"} == {"tls"}
    assert settled(check, expected()).ok


def serve_web_by(process, port):
    spec = {"selector": {"process": process}, "ports": [{"port": 3000, "targetPort": port}]}
    kubectl("-n", NAMESPACE, "patch", "service", "mastodon-web", "--type=merge", "-p", json.dumps({"spec": spec}))


def test_an_instance_with_its_subject_on_the_web_domain_is_clause_9(check, running):
    """LOCAL_DOMAIN is the web domain and the apex but an alternate one: the same instance, told of one domain."""
    create(NAMESPACE, pod("other", ["/program/fediverse.py", "8080", "web", WEB, WEB, APEX], "/health"))
    kubectl("-n", NAMESPACE, "wait", "pod/mastodon-other", "--for=condition=Ready", "--timeout=120s")
    serve_web_by("other", 8080)
    try:
        report = settled(check, expected({"C9", "api"}))
    finally:
        serve_web_by("web", 3000)
    assert verdicts(report) == expected({"C9", "api"}), wrong(report)
    assert f"has the subject acct:mastodon.internal@{WEB}" in next(f.got for f in report.verdicts if f.clause == "C9")
    assert settled(check, expected()).ok


# --- other judges, and the check from inside


def test_independent_clients_find_the_actor(check, resolve, authority):
    installed()
    assert settled(check, expected()).ok
    found = judged(f"alice@{APEX}", resolve, authority.path)
    assert {judge: one["actor"] for judge, one in found.items()} == dict.fromkeys(JUDGES, f"https://{WEB}/users/alice")
    assert {judge: one["complaints"] for judge, one in found.items() if one["complaints"]} == {}


@pytest.mark.parametrize(
    "breakage",
    ["the query is dropped", "a wrong host", "nothing is redirected", "a catch-all of the apex wins with its pages"],
)
def test_independent_clients_agree_about_what_is_fatal(check, broken, resolve, authority, breakage):
    change, clauses, *unjudged = BROKEN[breakage]
    installed()
    broken(change)
    report = settled(check, expected(clauses, *unjudged))
    assert verdicts(report) == expected(clauses, *unjudged), wrong(report)
    assert not report.ok
    found = judged(f"alice@{APEX}", resolve, authority.path)
    assert {judge: one["actor"] for judge, one in found.items()} == dict.fromkeys(JUDGES)


def test_names_are_looked_up_in_a_pod_of_the_instance(running):
    cluster = connect({})
    assert resolved_inside(cluster, NAMESPACE, ["kubernetes.default.svc"]) is None
    labels = [f"app.kubernetes.io/instance={NAMESPACE}", "app.kubernetes.io/component=web"]
    kubectl("-n", NAMESPACE, "label", "pod", "mastodon-web", *labels)
    address = objects("services", "default")[0]["spec"]["clusterIP"]
    found = resolved_inside(cluster, NAMESPACE, ["kubernetes.default.svc.cluster.local", "nowhere.invalid"])
    assert found == {"kubernetes.default.svc.cluster.local": (address,), "nowhere.invalid": ()}


@pytest.fixture(scope="module")
def scheduled(running, authority, scratch):
    """The CronJob, by the role; its schedule is not awaited."""
    create(NAMESPACE, pod("collector", ["-c", COLLECTOR], "/"))
    reach = {
        "resolve": [f"{name}:{port}:{running}" for name in (APEX, WEB) for port in (80, 443)],
        "ca_path": str(authority.path),
        "ca_certificates": None,
    }
    changed = {
        "edge_probe": reach,
        "storage_connection": {"media_host": MEDIA},
        "verify_schedule": "0 0 1 1 *",
        "verify_image": IMAGE,
        "verify_push_url": "http://mastodon-collector:8080/metrics/job/mastodon_federation",
    }

    def verify(**more):
        done = playbook("tests/support/verify.yml", host(authority, **{**changed, **more}), scratch)
        assert done.code == 0, done.output
        return done

    done = verify()
    assert done.changed_objects["CronJob mastodon-federation-check"] == "created"
    kubectl("-n", NAMESPACE, "wait", "pod/mastodon-collector", "--for=condition=Ready", "--timeout=120s")
    return verify


def once(name):
    kubectl("-n", NAMESPACE, "create", "job", name, "--from=cronjob/mastodon-federation-check")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        status = json.loads(kubectl("-n", NAMESPACE, "get", "job", name, "-o", "json")).get("status", {})
        ended = [one["type"] for one in status.get("conditions", []) if one["status"] == "True"]
        if "Complete" in ended or "Failed" in ended:
            break
        time.sleep(1)
    log = kubectl("-n", NAMESPACE, "logs", f"job/{name}")
    script = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8080/').read().decode())"
    metrics = kubectl("-n", NAMESPACE, "exec", "mastodon-collector", "--", "python3", "-c", script)
    return "Complete" in ended, log, metrics


def test_the_cron_job_checks_the_same_and_feeds_the_metrics(check, scheduled):
    assert settled(check, expected()).ok
    complete, log, metrics = once("good")
    assert complete, log
    assert log.startswith(f"OK: {WEB}")
    assert f'mastodon_federation_verdict{{clause="C1",duty="must",web_domain="{WEB}"}} 1' in metrics
    assert "mastodon_federation_check_timestamp_seconds{" in metrics


def test_a_fault_fails_the_job_and_is_in_the_metrics(check, scheduled, broken):
    broken(BROKEN["no CORS"][0])
    report = settled(check, expected({"C5"}))
    assert verdicts(report) == expected({"C5"}), wrong(report)
    complete, log, metrics = once("bad")
    assert not complete
    assert "\nC5 CORS: drift. " in log
    assert f'mastodon_federation_verdict{{clause="C5",duty="must",web_domain="{WEB}"}} 0' in metrics


def test_the_cron_job_is_kept_and_goes_with_its_schedule(scheduled):
    assert scheduled().changed_tasks == []
    gone = scheduled(verify_schedule=None).changed_objects
    assert (gone["CronJob mastodon-federation-check"], gone["ConfigMap mastodon-federation-check"]) == (
        "pruned",
        "pruned",
    )
    assert objects("cronjobs", NAMESPACE) == []
    assert scheduled(verify_schedule="never").changed_tasks == []
