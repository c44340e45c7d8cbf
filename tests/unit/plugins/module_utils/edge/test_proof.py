"""Proving while the edge converges: what is repeated, when it ends, and how often a proof is made."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge import _proof
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._proof import prove
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._http import Response
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._target import Target

TARGET = Target("example.org", "social.example.org", proxying=False, app=False)
MOVED = (("Location", "https://social.example.org/"),)


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Edge:
    """Answers 404 until it has been asked C(late) times, then as C(status) says."""

    def __init__(self, late=0, headers=(("Access-Control-Allow-Origin", "*"), *MOVED)):
        self.late, self.headers, self.asked = late, headers, 0

    def prober(self):
        edge = self

        class Prober:
            requests = 0

            def send(self, request):
                self.requests += 1
                edge.asked += 1
                if edge.asked <= edge.late or "webfinger" not in request.url:
                    return Response(request, 404)
                return Response(request, 301, edge.headers)

        return Prober()


def proven(edge, timeout=60.0, target=TARGET):
    clock, lines = Clock(), []
    proof = prove(target, edge, timeout=timeout, note=lines.append, clock=clock, sleep=clock.sleep)
    return proof, clock, lines


@pytest.fixture
def whole(monkeypatch):
    """Every proof holds or not as its turn says, without asking anything."""
    turns = []

    def prove_handle(target, prober):
        from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._verdict import Verdict

        return [Verdict("C1", "paths", "must", turns.pop(0), None, "", "", "")]

    monkeypatch.setattr(_proof, "prove_handle", prove_handle)
    return turns


def test_a_settled_edge_is_proven_at_once(whole):
    whole += ["ok"]
    proof, clock, lines = proven(Edge())
    assert (proof.holds, clock.now, lines) == (True, 0.0, [])


def test_an_edge_that_converges_is_waited_for_with_single_requests(whole):
    whole += ["ok"]
    proof, clock, lines = proven(Edge(late=3))
    assert proof.holds
    assert proof.requests == 4
    assert clock.now > 0
    assert all("404" in line for line in lines)
    assert len(lines) == 3


def test_one_that_never_does_is_proven_once_at_the_deadline(whole):
    whole += ["drift"]
    proof, clock, _unused = proven(Edge(late=10**6), timeout=20)
    assert (proof.holds, proof.drift) == (False, ["C1"])
    assert clock.now <= 20


def test_a_proof_that_fails_is_made_once_more(whole):
    whole += ["drift", "ok"]
    proof, _unused, lines = proven(Edge())
    assert proof.holds
    assert lines == ["handle domain: C1 not yet"]


def test_and_no_third_time(whole):
    whole += ["drift", "drift"]
    proof, clock, _unused = proven(Edge(), timeout=600)
    assert not proof.holds
    assert clock.now < 10


def test_without_time_nothing_is_repeated(whole):
    whole += ["drift"]
    proof, clock, _unused = proven(Edge(), timeout=0)
    assert (proof.holds, clock.now) == (False, 0.0)


def test_a_real_proof_of_the_redirect_alone_names_what_is_missing():
    proof, _unused, _unused = proven(Edge(headers=MOVED), timeout=0)
    assert "C5" in proof.drift
    assert proof.outcome == "drift"


class PassingOn(Edge):
    """Answers lookups itself."""

    def prober(self):
        edge = self

        class Prober:
            requests = 0

            def send(self, request):
                self.requests += 1
                edge.asked += 1
                return Response(request, 200 if edge.asked > edge.late else 503)

        return Prober()


@pytest.mark.parametrize(("proxying", "waited"), [(True, 2), (False, None)])
def test_an_apex_that_may_answer_itself_has_settled_when_it_does(whole, proxying, waited):
    whole += ["ok"]
    target = replace(TARGET, proxying=proxying)
    proof, _unused, lines = proven(PassingOn(late=2), target=target, timeout=20)
    assert proof.holds
    assert len(lines) == waited if waited else len(lines) > 2
