"""Independent clients agree with the check about the good case and about every fatal one.

They are lenient about much that the check is not: that they are content proves nothing (see the last tests).
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.fediverse import APEX, WEB, Fediverse
from support.judging import JUDGES, installed, judged
from support.loopback import Authority, serving

HANDLE, ACTOR = f"alice@{APEX}", f"https://{WEB}/users/alice"
WEBFINGER = "/.well-known/webfinger"


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    installed()
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def ask(authority):
    """What the check and each judge say of a fediverse."""
    with ExitStack() as running:

        def ask(change=lambda ask, answer: answer, **options):
            bed = running.enter_context(serving(authority, Fediverse(change=change), **options))
            return bed.check(account="alice"), judged(HANDLE, bed.resolve, authority.path)

        yield ask


def on_apex(change):
    return lambda ask, answer: change(ask, answer) if (ask.host, ask.path) == (APEX, WEBFINGER) else answer


def on_web(change):
    return lambda ask, answer: change(ask, answer) if (ask.host, ask.path) == (WEB, WEBFINGER) else answer


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_all_find_the_actor(ask, status):
    report, judges = ask(lambda ask, answer: answer.but(status) if ask.host == APEX and ask.secure else answer)
    assert report.ok, [str(verdict) for verdict in report.verdicts]
    assert judges.keys() == set(JUDGES)
    assert {judge: found for judge, found in judges.items() if found["actor"] != ACTOR or found["complaints"]} == {}
    assert judges["bovine"]["software"] == "mastodon"


FATAL = {
    "webfinger is not redirected": on_apex(lambda ask, answer: answer.but(404, Location=None)),
    "a page captures the path": on_apex(lambda ask, answer: answer.but(200, b"<html>", Location=None)),
    "the query is dropped": on_apex(lambda ask, answer: answer.but(Location=f"https://{WEB}{WEBFINGER}")),
    "a wrong host": on_apex(lambda ask, answer: answer.but(Location=f"https://nowhere.invalid{ask.target}")),
    "a redirect to itself": on_apex(lambda ask, answer: answer.but(Location=f"https://{APEX}{ask.target}")),
    "a challenge": on_apex(lambda ask, answer: answer.but(403, Location=None)),
    "the instance does not know the account": on_web(lambda ask, answer: answer.but(404, b"")),
    "the answer is no document": on_web(lambda ask, answer: answer.but(body=b"<html>")),
}


@pytest.mark.parametrize("change", FATAL.values(), ids=FATAL.keys())
def test_what_is_fatal_is_fatal_to_all(ask, change):
    report, judges = ask(change)
    assert not report.ok
    assert {judge: found["actor"] for judge, found in judges.items()} == dict.fromkeys(JUDGES)


@pytest.mark.parametrize("fault", [{"days": -1}, {"chain": False}, {"names": ("other.example",)}], ids=str)
@pytest.mark.parametrize("host", [APEX, WEB])
def test_a_certificate_is_verified_by_all_on_both_domains(ask, authority, host, fault):
    report, judges = ask(certificates={host: authority.leaf(**{"names": (host,), **fault})})
    assert "C6" in report.as_dict()["drift"]
    assert {judge: found["actor"] for judge, found in judges.items()} == dict.fromkeys(JUDGES)


def test_a_wrong_type_is_named_by_the_two_that_look(ask):
    report, judges = ask(on_web(lambda ask, answer: answer.but(Content_Type="text/html")))
    assert report.as_dict()["drift"] == ["C8"]
    assert {judge for judge, found in judges.items() if found["complaints"]} == {"feditest", "webfinger.js"}


def test_a_browser_s_refusal_is_seen_by_none_but_the_check(ask):
    report, judges = ask(on_apex(lambda ask, answer: answer.but(Access_Control_Allow_Origin=None)))
    assert report.as_dict()["drift"] == ["C5"]
    assert {found["actor"] for found in judges.values()} == {ACTOR}
