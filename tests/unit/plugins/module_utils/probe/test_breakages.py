"""A fediverse of one machine is broken on purpose: every breakage is named by exactly the right clauses."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from support.fediverse import COUNTED, PUBLIC_KEY, Answer, Fediverse, redirect
from support.verdicts import ADVICE, FROM_APEX, FROM_REDIRECTS, expected, verdicts, wrong

OWNED = ("/.well-known/webfinger", "/.well-known/host-meta", "/.well-known/nodeinfo")
APEX, WEB = "example.org", "social.example.org"


def outcomes(report, verdict):
    return {found.clause for found in report.verdicts if found.verdict == verdict}


def on_apex(change):
    """Only what the apex does with the handle's paths."""
    return lambda ask, answer: change(ask, answer) if ask.host == APEX and ask.secure and ask.path in OWNED else answer


def on_web(path, change):
    return lambda ask, answer: change(ask, answer) if ask.host == WEB and ask.secure and ask.path == path else answer


def body(answer, old, new):
    return answer.but(body=answer.body.replace(old.encode(), new.encode()))


def all_of(host, path, answered):
    """A server that answers alike whatever it is asked, or asked for one path."""
    return lambda ask, answer: answered(ask) if ask.secure and ask.host == host and path in ("*", ask.path) else answer


def page(ask):
    return Answer(200, {"Content-Type": "text/html"}, b"<html>Welcome")


def to(where, status=301, **headers):
    return lambda ask: redirect(where.format(path=ask.path, target=ask.target), status).but(**headers)


def broken(status):
    return lambda ask: Answer(status, {"Content-Type": "text/html"}, b"<html>Something is wrong")


def left(ask, first, forged):
    return str(forged if "X-Forwarded-For" in ask.headers else first)


BROKEN = {
    "webfinger is not redirected": (
        lambda ask, answer: answer.but(404, Location=None) if (ask.host, ask.path) == (APEX, OWNED[0]) else answer,
        {"C1"},
        FROM_REDIRECTS,
    ),
    "a page of the apex captures host-meta": (
        lambda ask, answer: (
            answer.but(200, Location=None, Content_Type="text/html")
            if (ask.host, ask.path) == (APEX, OWNED[1])
            else answer
        ),
        {"C1"},
        {"C2", "C3", "C4", "C5"},
    ),
    "everything on the apex is redirected": (
        lambda ask, answer: answer.but(301, Location=f"https://{WEB}{ask.target}") if ask.host == APEX else answer,
        {"C1"},
    ),
    "a code that clients do not follow": (on_apex(lambda ask, answer: answer.but(303)), {"C2"}),
    "the query is dropped": (on_apex(lambda ask, answer: answer.but(Location=f"https://{WEB}{ask.path}")), {"C3"}),
    "the query is decoded": (
        on_apex(lambda ask, answer: answer.but(Location=f"https://{WEB}{unquote(ask.target)}")),
        {"C3"},
    ),
    "the listener's port leaks": (
        on_apex(lambda ask, answer: answer.but(Location=f"https://{WEB}:8443{ask.target}")),
        {"C3"},
        {"C4"},
    ),
    "a wrong host": (
        on_apex(lambda ask, answer: answer.but(Location=f"https://nowhere.invalid{ask.target}")),
        {"C3"},
        {"C4"},
    ),
    "apex to www first": (
        on_apex(lambda ask, answer: answer.but(Location=f"https://www.{APEX}{ask.target}")),
        {"C3", "C4"},
    ),
    "a catch-all of the apex wins with its pages": (
        all_of(APEX, "*", page),
        {"C1", "nodeinfo"},
        FROM_REDIRECTS,
    ),
    "a catch-all of the apex wins with www": (all_of(APEX, "*", to(f"https://www.{APEX}{{target}}")), {"C3", "C4"}),
    "a catch-all of the apex wins with a 302 to a page": (
        all_of(APEX, "*", to("/login", 302, Content_Type="text/html")),
        {"C3", "C4"},
    ),
    "the apex redirects to itself": (all_of(APEX, "*", to(f"https://{APEX}{{target}}")), {"C3", "C4"}),
    "nothing of it is there": (all_of(APEX, "*", broken(404)), {"C1", "nodeinfo"}, FROM_REDIRECTS),
    "a lookup that is not encoded is not redirected": (
        on_apex(lambda ask, answer: answer.but(404, Location=None) if "acct:" in ask.target else answer),
        {"C1"},
        {"C2", "C3", "C5"},
    ),
    "nodeinfo is not redirected": (all_of(APEX, OWNED[2], broken(404)), {"nodeinfo"}),
    "the apex has a nodeinfo of its own": (
        all_of(APEX, OWNED[2], lambda ask: Answer(200, {"Content-Type": "application/json"}, b"{}")),
        {"nodeinfo"},
    ),
    "a second hop on the web domain": (
        all_of(WEB, OWNED[0], to(f"https://{WEB}/elsewhere")),
        {"C4"},
        {"C5", "C8", "C9", "actor", "inbox"},
    ),
    "lookups that arrive by the redirect fail": (
        on_web(OWNED[0], lambda ask, answer: broken(404)(ask) if "rel=self" in ask.target else answer),
        {"C9"},
    ),
    "a second hop of host-meta": (all_of(WEB, OWNED[1], to("/login", 302)), {"C4"}, {"C5", "C8", "C9"}),
    "host-meta is not there": (all_of(WEB, OWNED[1], broken(404)), {"C9"}, {"C5", "C8"}),
    "host-meta breaks": (all_of(WEB, OWNED[1], broken(500)), {"C9"}, {"C5", "C8"}),
    "host-meta leads lookups elsewhere": (
        on_web(OWNED[1], lambda ask, answer: body(answer, f"https://{WEB}", f"http://{WEB}")),
        {"C9"},
    ),
    "host-meta has no template": (on_web(OWNED[1], lambda ask, answer: body(answer, "lrdd", "hub")), {"C9"}),
    "host-meta is no XRD": (on_web(OWNED[1], lambda ask, answer: answer.but(body=b"<html>")), {"C9"}),
    "the instance refuses lookups": (
        all_of(WEB, OWNED[0], broken(403)),
        {"C11"},
        {"C5", "C8", "C9", "C10", "actor", "inbox"},
    ),
    "the instance breaks": (
        all_of(WEB, "*", broken(500)),
        {"C9", "api", "streaming"},
        {"C5", "C8", "C10", "actor", "inbox", "media", "clients"},
    ),
    "the owner's actor breaks": (on_web("/users/alice", lambda ask, answer: answer.but(500)), {"C9"}),
    "the owner's actor has another id": (
        on_web("/users/alice", lambda ask, answer: body(answer, '/users/alice"', '/users/bob"')),
        {"C9"},
    ),
    "the owner lives elsewhere": (
        on_web(OWNED[0], lambda ask, answer: body(answer, f"https://{WEB}/users", "https://elsewhere.invalid/users")),
        {"C9"},
    ),
    "the owner's handle of the web domain has another actor": (
        on_web(
            OWNED[0],
            lambda ask, answer: body(answer, "/users/alice", "/a/1") if ask.resource == f"acct:alice@{WEB}" else answer,
        ),
        {"C9"},
    ),
    "the owner's handle of the web domain is another account": (
        on_web(
            OWNED[0],
            lambda ask, answer: body(answer, "alice", "bob") if ask.resource == f"acct:alice@{WEB}" else answer,
        ),
        {"C9"},
    ),
    "the owner's handle of the web domain is unknown": (
        on_web(OWNED[0], lambda ask, answer: broken(404)(ask) if ask.resource == f"acct:alice@{WEB}" else answer),
        {"C9"},
    ),
    "the owner's handle breaks": (
        on_web(OWNED[0], lambda ask, answer: broken(500)(ask) if ask.resource == f"acct:alice@{APEX}" else answer),
        {"C9"},
    ),
    "no CORS on the redirect": (on_apex(lambda ask, answer: answer.but(Access_Control_Allow_Origin=None)), {"C5"}),
    "no CORS on the answer": (
        on_web(OWNED[0], lambda ask, answer: answer.but(Access_Control_Allow_Origin=None)),
        {"C5"},
    ),
    "CORS for one origin only": (
        on_apex(lambda ask, answer: answer.but(Access_Control_Allow_Origin=ask.headers.get("Origin", "x"))),
        {"C5"},
    ),
    "CORS with credentials": (on_apex(lambda ask, answer: answer.but(Access_Control_Allow_Credentials="true")), {"C5"}),
    "a redirect to http": (
        on_apex(lambda ask, answer: answer.but(Location=f"http://{WEB}{ask.target}")),
        {"C3", "C6"},
        {"C4"},
    ),
    "a redirect without a lifetime": (on_apex(lambda ask, answer: answer.but(Cache_Control=None)), {"C7"}),
    "a redirect kept for a month": (on_apex(lambda ask, answer: answer.but(Cache_Control="max-age=2592000")), {"C7"}),
    "webfinger as plain text": (on_web(OWNED[0], lambda ask, answer: answer.but(Content_Type="text/plain")), {"C8"}),
    "host-meta as html": (on_web(OWNED[1], lambda ask, answer: answer.but(Content_Type="text/html")), {"C8"}),
    "the subject is on the web domain": (
        on_web(OWNED[0], lambda ask, answer: body(answer, f"internal@{APEX}", f"internal@{WEB}")),
        {"C9"},
    ),
    "an unknown user is found": (
        on_web(OWNED[0], lambda ask, answer: answer.but(200) if answer.status == 404 else answer),
        {"C9"},
    ),
    "a lookup without resource is not malformed": (
        on_web(OWNED[0], lambda ask, answer: answer.but(404) if answer.status == 400 else answer),
        {"C9"},
    ),
    "two instances": (
        on_web(
            OWNED[0],
            lambda ask, answer: body(answer, "/actor", "/another") if f"@{WEB}" in (ask.resource or "") else answer,
        ),
        {"C9"},
    ),
    "the actor lives on the apex": (
        on_web(OWNED[0], lambda ask, answer: body(answer, f"https://{WEB}/actor", f"https://{APEX}/actor")),
        {"C9", "actor"},
        {"inbox"},
    ),
    "the actor has another id": (on_web("/actor", lambda ask, answer: body(answer, '/actor"', '/other"')), {"C9"}),
    "another software": (on_web("/nodeinfo/2.0", lambda ask, answer: body(answer, "mastodon", "other")), {"C9"}),
    "nodeinfo leads elsewhere": (
        on_web(OWNED[2], lambda ask, answer: body(answer, f"https://{WEB}", "https://elsewhere.invalid")),
        {"C9"},
        {"C8"},
    ),
    "HEAD is refused": (
        on_apex(lambda ask, answer: answer.but(405, Location=None) if ask.method == "HEAD" else answer),
        {"C10"},
    ),
    "HEAD is led elsewhere": (
        on_apex(lambda ask, answer: answer.but(308, Location=f"https://{WEB}/") if ask.method == "HEAD" else answer),
        {"C10"},
    ),
    "a bot challenge": (
        on_apex(lambda ask, answer: answer.but(403, Location=None)),
        {"C11"},
        {*FROM_REDIRECTS, "C1", "nodeinfo"},
    ),
    "Mastodon does not know its host": (
        on_web(OWNED[1], lambda ask, answer: answer.but(403)),
        {"C11"},
        {"C5", "C8", "C9"},
    ),
    "no public key": (on_web("/actor", lambda ask, answer: body(answer, "PUBLIC KEY", "NOTHING")), {"actor"}),
    "a key cut off": (on_web("/actor", lambda ask, answer: body(answer, PUBLIC_KEY[40:80], "")), {"actor"}),
    "somebody else's key": (
        on_web("/actor", lambda ask, answer: body(answer, f'"owner": "https://{WEB}/actor"', '"owner": "x"')),
        {"actor"},
    ),
    "a firewall refuses deliveries": (on_web("/inbox", lambda ask, answer: answer.but(403)), {"inbox"}),
    "deliveries go astray": (on_web("/inbox", lambda ask, answer: answer.but(404)), {"inbox"}),
    "everything is taken in": (on_web("/inbox", lambda ask, answer: answer.but(202)), {"inbox"}),
    "everybody can invent an address": (
        on_web(COUNTED, lambda ask, answer: answer.but(X_RateLimit_Remaining=left(ask, 287, 299))),
        {"clients"},
    ),
    "all visitors are one client": (
        on_web(COUNTED, lambda ask, answer: answer.but(X_RateLimit_Remaining=left(ask, 287, 254))),
        {"clients"},
    ),
    "the actor is a page": (on_web("/actor", lambda ask, answer: answer.but(Content_Type="text/html")), {"actor"}),
    "another LOCAL_DOMAIN": (
        on_web("/api/v2/instance", lambda ask, answer: body(answer, f'"{APEX}"', '"x.org"')),
        {"api"},
    ),
    "streaming goes to Rails": (on_web("/api/v1/streaming", lambda ask, answer: answer.but(404)), {"streaming"}),
    "streaming only without a slash": (
        on_web("/api/v1/streaming/", lambda ask, answer: answer.but(404)),
        {"streaming"},
    ),
    "streaming answers with a page": (
        on_web("/api/v1/streaming/health", lambda ask, answer: answer.but(body=b"<html>")),
        {"streaming"},
    ),
    "metrics for everyone": (
        on_web("/metrics", lambda ask, answer: answer.but(200, body=b"# HELP connected_clients x")),
        {"metrics"},
    ),
    "a policy without the media host": (
        on_web(
            "/about",
            lambda ask, answer: answer.but(
                Content_Security_Policy="img-src https:; media-src https:; connect-src 'self'"
            ),
        ),
        {"media"},
    ),
    "a page over plain http": (
        lambda ask, answer: answer if ask.secure else answer.but(200, Location=None),
        {"https"},
    ),
}


def test_a_healthy_instance_has_no_fault(bed, fediverse):
    report = bed(fediverse()).check(account="alice", media_host="files.example.org")
    assert report.ok, [str(verdict) for verdict in report.verdicts]
    assert verdicts(report) == expected()


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN.keys())
def test_a_breakage_is_named_by_its_clauses(bed, fediverse, case):
    change, clauses, *unjudged = case
    report = bed(fediverse(change=change)).check(account="alice", media_host="files.example.org")
    assert verdicts(report) == expected(clauses, *unjudged), wrong(report)
    assert report.ok == (clauses <= ADVICE)
    assert set(report.as_dict()["advice"]) == clauses & ADVICE
    assert all(found.got and found.cure for found in report.verdicts if found.verdict == "drift")
    assert all(found.got for found in report.verdicts if found.verdict == "skipped")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("media_type", [None, "text/html"])
def test_every_code_that_clients_follow_is_accepted_with_any_type(bed, fediverse, status, media_type):
    """Web servers send a page with their redirects; only what it ends with has a type that counts."""
    report = bed(fediverse(change=on_apex(lambda ask, answer: answer.but(status, Content_Type=media_type)))).check()
    assert verdicts(report) == expected()


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"names": (APEX,), "days": -1}, "has expired"),
        ({"names": (APEX,), "chain": False}, "full chain"),
        ({"names": ("other.example",)}, "not for this name"),
    ],
    ids=["expired", "incomplete chain", "wrong name"],
)
def test_a_bad_certificate_of_the_apex_is_clause_6_and_the_rest_is_unreachable(bed, authority, made, words):
    report = bed(certificates={APEX: authority.leaf(**made)}).check(local_domain=APEX)
    assert verdicts(report) == expected({"C6"}, (), FROM_APEX), wrong(report)
    assert {verdict.reason for verdict in report.verdicts if verdict.verdict == "unreachable"} == {"tls"}
    found = next(verdict for verdict in report.verdicts if verdict.clause == "C6")
    assert APEX in found.got and words in found.got


def test_an_unknown_authority_is_clause_6(bed):
    running = bed()
    report = running.check(reach=running.reach(ca_path=None))
    assert outcomes(report, "drift") == {"C6"}
    assert not report.ok


def test_a_certificate_that_ends_soon_is_named_with_its_days(bed, authority):
    report = bed(certificates={WEB: authority.leaf((APEX, WEB), days=9)}).check()
    found = next(verdict for verdict in report.verdicts if verdict.clause == "certificate")
    assert found.verdict == "drift"
    assert f"{WEB} ends in 8 days" in found.got


def test_a_name_without_address_is_unreachable_by_dns(bed):
    running = bed()
    report = running.check(reach=running.reach(resolve=tuple(r for r in running.resolve if not r.startswith(APEX))))
    assert outcomes(report, "drift") == set()
    assert {verdict.reason for verdict in report.verdicts if verdict.verdict == "unreachable"} == {"dns"}
    assert not report.ok


def test_a_closed_port_is_unreachable_by_tcp(bed, closed_port):
    running = bed()
    resolve = tuple(r for r in running.resolve if not r.startswith(f"{APEX}:443"))
    report = running.check(reach=running.reach(resolve=(*resolve, f"{APEX}:443:127.0.0.1:{closed_port}")))
    assert {verdict.reason for verdict in report.verdicts if verdict.verdict == "unreachable"} == {"tcp"}


def test_a_silent_server_costs_one_timeout_and_is_unreachable(bed, silent_port):
    running = bed()
    resolve = tuple(r for r in running.resolve if not r.startswith(f"{APEX}:443"))
    reach = running.reach(resolve=(*resolve, f"{APEX}:443:127.0.0.1:{silent_port.number}"), timeout=0.5)
    report = running.check(reach=reach)
    assert {verdict.reason for verdict in report.verdicts if verdict.verdict == "unreachable"} == {"timeout"}
    assert silent_port.connections == 1


# --- an apex that passes lookups on, and one domain for both


def passing_on(change=lambda ask, answer: answer, paths=OWNED):
    """An apex that answers with what the instance says of C(paths); C(change) rewrites single answers of both."""
    world = Fediverse()

    def answered(ask, answer):
        passed = ask.host == APEX and ask.secure and ask.path in paths
        return change(ask, world.instance(ask) if passed else answer)

    world.change = answered
    return world


def on_either(host, path, change):
    return lambda ask, answer: change(ask, answer) if (ask.host, ask.path) == (host, path) and ask.secure else answer


ANSWERING_ITSELF = expected() | dict.fromkeys(("C2", "C3", "C4", "C7"), "skipped") | {"C13": "ok"}
# What is read from the answers of lookups on the web domain.
NO_LOOKUPS = {"C5", "C8", "actor", "inbox"}
PASSED_ON = {
    "all is well": (lambda ask, answer: answer, set()),
    "the web domain knows no handles": (all_of(WEB, OWNED[0], broken(404)), {"C9"}, {*NO_LOOKUPS, "C10"}),
    "the web domain refuses lookups": (all_of(WEB, OWNED[0], broken(403)), {"C11"}, {*NO_LOOKUPS, "C9", "C10"}),
    "the web domain redirects lookups": (all_of(WEB, OWNED[0], to(f"https://{WEB}/x")), {"C9"}, NO_LOOKUPS),
    "the web domain is another instance": (
        on_either(WEB, OWNED[0], lambda ask, answer: body(answer, "internal", "another")), {"C9"}),
    "no CORS on the apex": (
        on_either(APEX, OWNED[0], lambda ask, answer: answer.but(Access_Control_Allow_Origin=None)), {"C5"}),
    "a wrong type on the apex": (
        on_either(APEX, OWNED[0], lambda ask, answer: answer.but(Content_Type="text/html")), {"C8"}),
    "strangers are found on the apex": (
        on_either(APEX, OWNED[0], lambda ask, answer: answer.but(200) if answer.status == 404 else answer), {"C9"}),
    "a lookup that is not encoded fails on the apex": (
        on_either(APEX, OWNED[0], lambda ask, answer: answer.but(body=b"{}") if "acct:" in ask.target else answer),
        {"C9"},
    ),
    "a lookup without resource is not malformed on the apex": (
        on_either(APEX, OWNED[0], lambda ask, answer: answer.but(404) if answer.status == 400 else answer), {"C9"}),
    "host-meta of the apex leads elsewhere": (
        on_either(APEX, OWNED[1], lambda ask, answer: body(answer, WEB, "evil.invalid")), {"C9"}),
    "HEAD is refused on the apex": (
        lambda ask, answer: answer.but(405) if (ask.method, ask.host) == ("HEAD", APEX) else answer, {"C10"}),
    "a page captures host-meta": (all_of(APEX, OWNED[1], page), {"C1"}, {"C5", "C8", "C9"}),
    "a challenge before host-meta": (all_of(APEX, OWNED[1], broken(403)), {"C11"}, {"C1", "C5", "C8", "C9", "C13"}),
    "host-meta is not passed on": (all_of(APEX, OWNED[1], broken(404)), {"C1", "C13"}, {"C5", "C8", "C9"}),
    "nodeinfo is not passed on": (all_of(APEX, OWNED[2], broken(404)), {"nodeinfo"}),
}  # fmt: skip


def marked(drift, unjudged=()):
    return dict.fromkeys(unjudged, "skipped") | dict.fromkeys(drift, "drift")


@pytest.mark.parametrize("case", PASSED_ON.values(), ids=PASSED_ON.keys())
def test_an_apex_that_passes_lookups_on_is_held_to_what_the_instance_is(bed, case):
    change, clauses, *unjudged = case
    report = bed(passing_on(change)).check(account="alice", media_host="files.example.org")
    assert verdicts(report) == ANSWERING_ITSELF | marked(clauses, *unjudged), wrong(report)
    assert report.ok == (clauses <= ADVICE)
    assert report.requests <= 40


def test_an_apex_that_passes_only_some_lookups_on_is_clause_13(bed):
    assert outcomes(bed(passing_on(paths=OWNED[:1])).check(), "drift") == {"C13"}


ONE_DOMAIN = expected() | dict.fromkeys(("C1", "C2", "C3", "C4", "C7", "C13", "nodeinfo"), "skipped") | {"C12": "ok"}
ON_ONE_DOMAIN = {
    "all is well": (lambda ask, answer: answer, set()),
    "lookups are led away": (
        all_of(WEB, OWNED[0], to("https://social.example.net{target}")),
        {"C12"},
        {"C5", "C8", "C9", "actor", "inbox"},
    ),
    "host-meta is led away": (all_of(WEB, OWNED[1], to("https://elsewhere.invalid/")), {"C12"}, {"C5", "C8", "C9"}),
    "strangers are led away": (
        on_web(OWNED[0], lambda ask, answer: redirect("/") if answer.status == 404 else answer),
        {"C9"},
    ),
    "lookups break": (all_of(WEB, OWNED[0], broken(500)), {"C9"}, {"C5", "C8", "C10", "actor", "inbox"}),
    "the owner is unknown": (
        on_web(OWNED[0], lambda ask, answer: broken(404)(ask) if "alice" in ask.target else answer),
        {"C9"},
    ),
}


@pytest.mark.parametrize("case", ON_ONE_DOMAIN.values(), ids=ON_ONE_DOMAIN.keys())
def test_one_domain_needs_no_redirect_and_has_none(bed, fediverse, case):
    change, clauses, *unjudged = case
    running = bed(fediverse(apex=WEB, change=change))
    report = running.check(local_domain=WEB, account="alice", media_host="files.example.org")
    assert verdicts(report) == ONE_DOMAIN | marked(clauses, *unjudged), wrong(report)
    assert report.ok == (not clauses)


def test_a_domain_of_handles_is_not_told_to_remove_its_redirect(bed, fediverse):
    """It was named as both domains: what leads lookups on with their path is the redirect that all handles live on."""
    led = bed(fediverse(apex=WEB, change=ON_ONE_DOMAIN["lookups are led away"][0])).check(local_domain=WEB)
    cure = next(found.cure for found in led.verdicts if found.clause == "C12")
    assert "If the instance is on social.example.net, nothing is wrong here" in cure
    led = bed(fediverse(apex=WEB, change=ON_ONE_DOMAIN["host-meta is led away"][0])).check(local_domain=WEB)
    cure = next(found.cure for found in led.verdicts if found.clause == "C12")
    assert "Let the instance answer it" in cure


@pytest.mark.parametrize(
    ("change", "cure"),
    [
        (all_of(APEX, "*", to("/login", 302)), "before every other rule of its site"),
        (all_of(APEX, "*", to(f"https://{APEX}{{target}}")), "before every other rule of its site"),
        (all_of(WEB, OWNED[0], to(f"https://{WEB}{{target}}")), "Pass X-Forwarded-Proto: https on"),
        (all_of(WEB, OWNED[0], to("/elsewhere")), f"Let {WEB} answer {OWNED[0]} itself"),
    ],
    ids=["to a page", "to itself", "the instance to itself", "the instance elsewhere"],
)
def test_a_hop_is_cured_where_it_is_made(bed, fediverse, change, cure):
    report = bed(fediverse(change=change)).check()
    assert cure in next(found.cure for found in report.verdicts if found.clause == "C4")


def test_an_instance_that_wants_signatures_keeps_its_actors_to_itself(bed, fediverse):
    """AUTHORIZED_FETCH: only the instance's own actor is for everybody."""
    report = bed(fediverse(change=all_of(WEB, "/users/alice", broken(401)))).check(account="alice")
    assert verdicts(report) == expected(), wrong(report)


def test_capitals_of_a_domain_are_the_same_domain(bed, fediverse):
    """LOCAL_DOMAIN=Example.org, as some have it; Mastodon writes it as it is."""

    def capital(ask, answer):
        return body(body(answer, f"@{APEX}", "@Example.org"), f'"{APEX}"', '"Example.org"')

    running = bed(fediverse(change=capital))
    report = running.check(local_domain="EXAMPLE.org", account="Alice", media_host="Files.example.org")
    assert verdicts(report) == expected(), wrong(report)


def test_lookups_reach_the_server_byte_for_byte(bed, fediverse):
    world = fediverse()
    bed(world).check()
    targets = [ask.target for ask in world.asked if ask.host == APEX and ask.path == OWNED[0]]
    assert f"{OWNED[0]}?resource=acct%3A{APEX}%40{APEX}&rel=self" in targets
    assert f"{OWNED[0]}?resource=acct:{APEX}@{APEX}" in targets
    assert all(ask.headers.get("Origin") for ask in world.asked if ask.path in OWNED)


def test_a_missing_account_is_clause_9(bed):
    report = bed().check(account="bob")
    assert outcomes(report, "drift") == {"C9"}
