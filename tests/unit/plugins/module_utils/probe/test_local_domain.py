"""Whose handles an instance has: found out, never guessed, for the wrong advice would orphan all of them."""

from __future__ import annotations

import pytest
from support.fediverse import APEX, OWNED, WEB
from support.verdicts import expected, verdicts, wrong

API = "/api/v2/instance"


def failing(*failures):
    """Each of these (path, how often, status) fails at first, as servers do now and then."""
    left = {path: times for path, times, _status in failures}
    statuses = {path: status for path, _times, status in failures}

    def change(ask, answer):
        if ask.host != WEB or not left.get(ask.path):
            return answer
        left[ask.path] -= 1
        return answer.but(statuses[ask.path], b"<html>", Content_Type="text/html")

    return change


def test_the_instance_tells_it(bed):
    report = bed().check(local_domain=None)
    assert (report.local_domain, verdicts(report)) == (APEX, expected())


@pytest.mark.parametrize("status", [404, 429, 503])
def test_when_a_lookup_fails_its_api_does(bed, fediverse, status):
    report = bed(fediverse(change=failing((OWNED[0], 1, status)))).check(local_domain=None)
    assert (report.local_domain, verdicts(report)) == (APEX, expected()), wrong(report)


def test_when_nothing_tells_it_nothing_is_advised_about_it(bed, fediverse):
    report = bed(fediverse(change=failing((OWNED[0], 99, 503), (API, 99, 503)))).check(local_domain=None)
    assert (report.ok, report.local_domain) == (False, None)
    found = verdicts(report)
    assert {clause for clause, verdict in found.items() if verdict == "drift"} == {"C9", "api"}
    assert [found[clause] for clause in ("C1", "C2", "C3", "C4", "C7", "C12", "C13", "nodeinfo")] == ["skipped"] * 8
    assert not [line for line in wrong(report) if "set LOCAL_DOMAIN" in line or "Set LOCAL_DOMAIN" in line]
    assert "the handle domain is unknown" in next(v.got for v in report.verdicts if v.clause == "C1")


def test_an_answer_that_comes_too_late_is_no_reason_to_call_it_healthy(bed, fediverse):
    """Both questions failed, and all is well a moment later: what depends on the domain was not judged."""
    report = bed(fediverse(change=failing((OWNED[0], 1, 503), (API, 1, 503)))).check(local_domain=None)
    assert (report.ok, report.local_domain) == (False, None)
    (told,) = [found for found in report.verdicts if found.wrong]
    assert (told.clause, "name the domain in this check" in told.cure) == ("C9", True)
    assert verdicts(report)["api"] == "skipped"


def test_a_domain_of_handles_in_its_place_is_named_with_the_one_to_check(bed):
    running = bed()
    running.fediverse.web = APEX  # whom the bed checks
    running.fediverse.change = lambda ask, answer: answer.but(
        301, Location=f"https://{WEB}{ask.target}" if ask.path in OWNED else "/"
    )
    with pytest.raises(ValueError, match=rf"{APEX} is not where an instance is: .* check {WEB}"):
        running.check(local_domain=None)


def test_no_answer_at_all_is_a_verdict(bed):
    running = bed()
    report = running.check(local_domain=None, reach=running.reach(resolve=()))
    assert {found.reason for found in report.verdicts if found.verdict == "unreachable"} == {"dns"}
    assert (report.ok, report.local_domain) == (False, None)
    assert "C9" in {found.clause for found in report.verdicts if found.verdict == "unreachable"}
