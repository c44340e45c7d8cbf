"""Clauses as pure functions: tables of observations, without a server."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import CLAUSES
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._handle import HANDLE_CLAUSES
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._handle_probes import (
    HANDLE_PATHS,
    HANDLE_PROBES,
    lookup,
    nodeinfo_link,
    self_link,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._http import Request, Response, Unreachable
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._network_probes import NETWORK_PROBES
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._target import Target
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._verdict import (
    Verdict,
    drifting,
    evaluate,
    overall,
)

BEFORE_THE_APP = Target("example.org", "social.example.org", redirect_status=301, proxying=False, app=False)


def redirect(path="/.well-known/webfinger?resource=x", status=301, **headers):
    request = Request(f"https://example.org{path}")
    given = {"Location": f"https://social.example.org{path}", "Access-Control-Allow-Origin": "*", **headers}
    return Response(request, status, tuple((name.replace("_", "-"), value) for name, value in given.items()))


def seen(**changed):
    return {
        "apex.webfinger": redirect(Cache_Control="max-age=60"),
        "apex.raw": redirect("/.well-known/webfinger?resource=acct:a@b"),
        "apex.head": redirect(Cache_Control="max-age=60"),
        "apex.host-meta": redirect("/.well-known/host-meta"),
        "apex.nodeinfo": redirect("/.well-known/nodeinfo"),
        **{name.replace("_", "."): answer for name, answer in changed.items()},
    }


def judged(target, observations):
    return {verdict.clause: verdict for verdict in evaluate(HANDLE_CLAUSES, target, observations)}


def test_before_the_application_runs_only_the_redirect_is_judged():
    found = judged(BEFORE_THE_APP, seen())
    assert {clause for clause, verdict in found.items() if verdict.verdict == "ok"} == {
        "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C10", "C11", "nodeinfo",
    }  # fmt: skip
    assert {clause for clause, verdict in found.items() if verdict.verdict == "skipped"} == {"C8", "C9", "C12", "C13"}


def test_before_the_application_runs_the_web_domain_is_not_asked():
    asked = [probe.request(BEFORE_THE_APP, seen()) for probe in HANDLE_PROBES]
    assert {request.url.split("/")[2] for request in asked if request} == {"example.org"}


def test_an_exact_status_is_demanded_of_our_own_redirect():
    assert drifting(judged(BEFORE_THE_APP, seen(apex_nodeinfo=redirect(HANDLE_PATHS[2], 302))).values()) == ["C2"]


def test_an_apex_that_answers_itself_is_no_redirect_of_ours():
    itself = Response(
        Request("https://example.org/.well-known/webfinger"), 200, (), b'{"subject": "acct:a@example.org"}'
    )
    found = judged(BEFORE_THE_APP, seen(apex_webfinger=itself))
    assert found["C2"].verdict == "drift"
    assert found["C13"].verdict == "skipped"


@pytest.mark.parametrize("digits", ["9" * 5000, "86401"])
def test_a_lifetime_beyond_all_bounds_is_too_long(digits):
    age = redirect(Cache_Control=f"max-age={digits}")
    assert judged(BEFORE_THE_APP, seen(apex_webfinger=age))["C7"].verdict == "drift"


def test_silence_is_not_agreement():
    dead = Unreachable(Request("https://example.org/.well-known/host-meta"), "timeout", "no answer within 10 s")
    found = judged(BEFORE_THE_APP, {**seen(), "apex.host-meta": dead})
    assert (found["C3"].verdict, found["C3"].reason) == ("unreachable", "timeout")
    assert "no answer within 10 s" in found["C3"].got
    assert found["C10"].verdict == "ok"


def test_what_only_should_be_there_decides_nothing_by_its_silence():
    dead = Unreachable(Request("https://example.org/.well-known/nodeinfo"), "timeout", "no answer within 10 s")
    found = judged(BEFORE_THE_APP, seen(apex_nodeinfo=dead))
    assert {clause for clause, verdict in found.items() if verdict.wrong} == {"nodeinfo"}
    assert overall(found.values()) == "ok"


def test_a_deviation_is_told_although_something_else_was_silent():
    dead = Unreachable(Request("https://example.org/.well-known/nodeinfo"), "tcp", "refused")
    wrong = redirect(HANDLE_PATHS[1], Location="https://other.example/.well-known/host-meta")
    observations = {**seen(apex_nodeinfo=dead), "apex.host-meta": wrong}
    assert judged(BEFORE_THE_APP, observations)["C3"].verdict == "drift"


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([("ok", "must"), ("skipped", "must")], "ok"),
        ([("ok", "must"), ("drift", "should")], "ok"),
        ([("unreachable", "must"), ("drift", "must")], "drift"),
        ([("unreachable", "must"), ("ok", "must")], "unreachable"),
        ([("skipped", "must")], "skipped"),
        ([], "skipped"),
    ],
)
def test_the_overall_verdict(verdicts, expected):
    assert overall(Verdict("C1", "", duty, verdict, None, "", "", "") for verdict, duty in verdicts) == expected


def answer(body):
    return Response(Request("https://social.example.org/"), 200, (), body.encode())


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"links": 1}', '{"links": [1]}', '{"links": [{"rel": "self", "type": "text/html", "href": "https://x"}]}',
     '{"links": [{"rel": "self", "type": "application/activity+json", "href": "javascript:x"}]}'],
)  # fmt: skip
def test_a_malformed_document_links_to_nothing(body):
    assert self_link(answer(body)) is None


def test_the_newest_nodeinfo_is_chosen():
    schema = "http://nodeinfo.diaspora.software/ns/schema"
    links = ", ".join(f'{{"rel": "{schema}/{v}", "href": "https://x.example/{v}"}}' for v in ("2.0", "2.1", "1.0"))
    assert nodeinfo_link(answer(f'{{"links": [{links}]}}')) == "https://x.example/2.1"
    assert nodeinfo_link(answer("null")) is None


def test_a_lookup_encodes_like_most_clients_or_not_at_all():
    assert lookup("a@b.example") == "/.well-known/webfinger?resource=acct%3Aa%40b.example"
    assert lookup("a@b.example", encoded=False) == "/.well-known/webfinger?resource=acct:a@b.example"


DUAL = Target("example.org", "example.org", families=("example.org",))


def by_family(reason):
    request = Request("https://example.org/", "HEAD", family=6)
    reached = Response(Request("https://example.org/", "HEAD", family=4), 200)
    dead = Unreachable(request, reason, "no connection to 2001:db8::7 port 443")
    observations = {"web.ipv4": reached, "web.ipv6": dead}
    return {verdict.clause: verdict for verdict in evaluate(CLAUSES, DUAL, observations)}["addresses"]


@pytest.mark.parametrize("reason", ["tcp", "tls", "timeout"])
def test_an_address_family_that_does_not_answer_is_drift(reason):
    assert by_family(reason).verdict == "drift"
    assert "IPv6" in by_family(reason).got


def test_an_address_family_that_was_not_asked_is_no_drift():
    assert by_family("budget").verdict == "unreachable"


def test_families_are_asked_one_by_one_only_where_there_are_two():
    def asked(target):
        requests = [probe.request(target, {}) for probe in NETWORK_PROBES if "ipv" in probe.name]
        return [request.family for request in requests if request]

    assert asked(DUAL) == [4, 6]
    assert (
        asked(Target("example.org", "social.example.org", families=("example.org", "social.example.org"))) == [4, 6] * 2
    )
    assert asked(Target("example.org", "example.org")) == []


def test_head_may_be_redirected_with_another_status_that_is_followed():
    assert judged(BEFORE_THE_APP, seen(apex_head=redirect(status=308)))["C10"].verdict == "ok"
