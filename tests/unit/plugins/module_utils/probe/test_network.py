"""What lies between an instance and the world, and the limits a check keeps while it looks."""

from __future__ import annotations

import gzip
import json
import threading

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe import _resolver
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._addresses import Address
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import CLAUSES, PROBES
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._handle_probes import HANDLE_PROBES
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._http import Request, Response, Unreachable
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._instance_probes import INSTANCE_PROBES
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._keys import rsa_bits
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._network_probes import NETWORK_PROBES
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._observe import AT_ONCE, Probe, observe
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._private_addresses import refused
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._prober import BUDGET
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._target import Target
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._verdict import evaluate
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from support.fediverse import APEX, COUNTED, MEDIA, OWNED, PUBLIC_KEY, STREAMING, WEB


def verdict(report, clause):
    return next(found for found in report.verdicts if found.clause == clause)


def on_web(path, change):
    return lambda ask, answer: change(answer) if (ask.host, ask.secure, ask.path) == (WEB, True, path) else answer


def told(answer, old, new):
    return answer.but(body=answer.body.replace(old.encode(), new.encode()))


@pytest.mark.parametrize("passed_on", [False, True], ids=["redirecting", "passing on"])
def test_a_check_that_asks_everything_keeps_its_budget(bed, fediverse, passed_on):
    """Two domains with addresses of both families, an account, and no domain given; the first lookup even fails."""

    def change(ask, answer):
        if len(world.asked) == 1:
            return answer.but(503)
        if passed_on and ask.host == APEX and ask.secure and ask.path in OWNED:
            return world.instance(ask)
        return answer

    world = fediverse(change=change)
    report = bed(world, families=(4, 6)).check(local_domain=None, account="alice", media_host=MEDIA)
    assert report.ok, [str(found) for found in report.verdicts]
    unread = {"C2", "C3", "C4", "C7"} if passed_on else {"C13"}
    assert {found.clause for found in report.verdicts if found.verdict == "skipped"} == {"C12", "resolution", *unread}
    unasked = 1 if passed_on else 2  # where a redirect ends, or how an apex answers that passes lookups on
    # The two questions for the domain are no probes; a handshake is counted as well and asks nothing.
    assert report.requests == len(PROBES) - unasked + 2 == len(world.asked) + 1
    assert report.requests <= BUDGET == 40


def test_mishaps_are_forgiven_within_the_budget(bed, fediverse):
    """The check that asks most, its first lookup refused and two connections broken off."""
    mishaps = {(APEX, "/.well-known/host-meta"), (WEB, "/about")}

    def change(ask, answer):
        if len(world.asked) == 1:
            return answer.but(503)
        if ask.secure and (ask.host, ask.path) in mishaps:
            mishaps.remove((ask.host, ask.path))
            raise ConnectionResetError
        return answer

    world = fediverse(change=change)
    report = bed(world, families=(4, 6)).check(local_domain=None, account="alice")
    assert [str(found) for found in report.verdicts if found.wrong] == []
    assert not mishaps
    assert report.requests <= BUDGET


def test_nothing_is_sent_that_could_change_an_instance(bed, fediverse):
    world = fediverse()
    bed(world).check(account="alice")
    assert [(ask.method, ask.path) for ask in world.asked if ask.method not in ("GET", "HEAD")] == [("POST", "/inbox")]
    assert not [ask for ask in world.asked if {"Authorization", "Signature", "Cookie"} & set(ask.headers)]


def test_at_most_a_few_requests_are_under_way_at_a_time(bed, fediverse):
    under_way, most, lock = 0, 0, threading.Lock()
    too_many = threading.Event()

    def held(ask, answer):
        """Answers late, so that whoever may ask besides does."""
        nonlocal under_way, most
        if not ask.path.startswith("/slow"):
            return answer
        with lock:
            under_way += 1
            most = max(most, under_way)
            if under_way > AT_ONCE:
                too_many.set()
        too_many.wait(0.5)
        with lock:
            under_way -= 1
        return answer

    probes = [Probe("first", lambda target, seen: Request(target.web("/")))]
    probes += [Probe(f"{i}", lambda target, seen, i=i: Request(target.web(f"/slow/{i}"))) for i in range(3 * AT_ONCE)]
    observe(probes, Target(APEX, WEB), bed(fediverse(change=held)).reach().prober())
    assert most == AT_ONCE


@pytest.mark.parametrize("probes", [HANDLE_PROBES, PROBES], ids=["handle", "all"])
def test_probes_come_after_those_they_are_told_of(probes):
    known = set()
    for probe in probes:
        assert set(probe.after) <= known, probe.name
        known.add(probe.name)


def test_one_path_that_hangs_is_no_dead_server(bed, fediverse):
    hung = threading.Event()

    def hang(ask, answer):
        if ask.path == f"{STREAMING}/health":
            hung.wait(20)
        return answer

    running = bed(fediverse(change=hang))
    try:
        report = running.check(reach=running.reach(timeout=1.5))
    finally:
        hung.set()
    assert {found.clause for found in report.verdicts if found.verdict == "unreachable"} == {"streaming"}
    assert {found.clause for found in report.verdicts if found.verdict == "drift"} == set()


@pytest.mark.parametrize("path", ["/.well-known/webfinger", "/.well-known/host-meta", "/nodeinfo/2.0"])
def test_a_cache_that_compresses_for_everybody_is_named_and_read_all_the_same(bed, fediverse, path):
    compressed = on_web(path, lambda answer: answer.but(body=gzip.compress(answer.body), Content_Encoding="gzip"))
    report = bed(fediverse(change=compressed)).check(account="alice")
    assert {found.clause for found in report.verdicts if found.wrong} == {"C8"}
    assert f"{WEB}{path} comes as gzip" in verdict(report, "C8").got


def test_a_server_without_http2_is_advised(bed):
    report = bed(protocols=("http/1.1",)).check()
    assert (report.ok, report.as_dict()["advice"]) == (True, ["http2"])
    assert verdict(report, "http2").got == "the server takes up http/1.1"
    assert bed(protocols=()).check().as_dict()["advice"] == ["http2"]


def test_an_address_that_leads_to_another_server_is_named(bed, fediverse):
    here = bed()
    elsewhere = bed(fediverse(change=lambda ask, answer: answer.but(404)), families=(6,))
    over_ipv6 = tuple(line for line in elsewhere.resolve if line.startswith(f"{WEB}:443"))
    report = here.check(reach=here.reach(resolve=(*here.resolve, *over_ipv6)))
    assert {found.clause for found in report.verdicts if found.verdict == "drift"} == {"addresses"}
    assert "404" in verdict(report, "addresses").got


@pytest.mark.parametrize(
    ("resolved", "expected", "words"),
    [
        (None, "skipped", "not asked inside a cluster"),
        ({APEX: ("93.184.216.34",), WEB: ("2606:2800:21f:cb07:6820:80da:af6b:8b2c",)}, "ok", ""),
        ({APEX: ("10.0.0.7",), WEB: ("93.184.216.34",)}, "drift", f"{APEX} is 10.0.0.7"),
        ({APEX: (), WEB: ("93.184.216.34",)}, "drift", f"{APEX} does not resolve"),
    ],
)
def test_private_addresses_inside_a_cluster_are_advised_and_never_decide(bed, resolved, expected, words):
    report = bed().check(inside=lambda names: resolved)
    found = verdict(report, "resolution")
    assert (found.verdict, report.ok) == (expected, True)
    assert words in found.got
    assert ("ALLOWED_PRIVATE_ADDRESSES=10.0.0.7" in found.cure) == ("10.0.0.7" in found.got)


@pytest.mark.parametrize("address", ["10.1.2.3", "172.31.0.1", "192.168.1.1", "127.0.0.53", "100.64.0.1", "::1",
                                     "fd00::1", "fe80::1%eth0", "::ffff:10.0.0.1", "198.51.100.7"])  # fmt: skip
def test_addresses_that_mastodon_refuses(address):
    assert refused(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "172.32.0.1", "2a01:4f8::1", "::ffff:93.184.216.34"])
def test_addresses_that_mastodon_fetches_from(address):
    assert not refused(address)


def pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()  # fmt: skip


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_the_size_of_a_key(bits):
    assert rsa_bits(pem(rsa.generate_private_key(65537, bits))) == bits


@pytest.mark.parametrize(
    "text", [None, 7, "", PUBLIC_KEY[:200], PUBLIC_KEY.replace("MIIB", "MIIC"), PUBLIC_KEY.replace("A", "é"),
             "-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----", pem(ec.generate_private_key(ec.SECP256R1()))],
)  # fmt: skip
def test_what_is_no_rsa_key(text):
    assert rsa_bits(text) is None


def test_the_media_host_is_found_out_by_pictures(bed, fediverse):
    without = on_web(
        "/about", lambda answer: told_policy(answer, "img-src 'self'; media-src 'self'; connect-src 'self'")
    )
    report = bed(fediverse(change=without)).check()
    assert {found.clause for found in report.verdicts if found.verdict == "drift"} == {"media"}
    assert MEDIA in verdict(report, "media").got


def test_media_from_the_web_domain_need_no_policy(bed, fediverse):
    local = on_web("/api/v2/instance", lambda answer: told(answer, MEDIA, WEB))
    assert verdict(bed(fediverse(change=local)).check(), "media").verdict == "skipped"


@pytest.mark.parametrize(
    "page",
    [
        lambda answer: answer.but(302, Location="https://www.example.org/"),
        lambda answer: answer.but(404, Content_Security_Policy=None),
        lambda answer: answer.but(403, Content_Security_Policy="default-src 'none'"),
        lambda answer: answer.but(Content_Type="application/json", Content_Security_Policy=None),
    ],
)
def test_without_a_page_there_is_no_policy_to_judge(bed, fediverse, page):
    found = verdict(bed(fediverse(change=on_web("/about", page))).check(), "media")
    assert found.verdict == "skipped"
    assert f"{WEB}/about answers" in found.got


def test_a_front_page_of_somebody_else_s_is_nobody_s_fault(bed, fediverse):
    landing = on_web("/", lambda answer: answer.but(200, b"<html>Welcome", Location=None, Content_Type="text/html"))
    assert verdict(bed(fediverse(change=landing)).check(), "media").verdict == "ok"


def told_policy(answer, policy):
    return answer.but(Content_Security_Policy=policy)


@pytest.mark.parametrize(
    ("source", "covered"),
    [
        (f"https://{MEDIA}", True),
        (f"https://{MEDIA}/bucket/", True),
        (f"https://{MEDIA}:443", True),
        (MEDIA, True),
        ("https://*.example.org", True),
        ("https:", True),
        ("*", True),
        ("'self' data: blob:", False),
        (f"https://{MEDIA}.evil.example", False),
        (f"http://{MEDIA}", False),
        ("https://*.files.example.org", False),
    ],
)
def test_sources_of_a_policy(bed, fediverse, source, covered):
    policy = "; ".join(f"{name} {source}" for name in ("img-src", "media-src", "connect-src"))
    running = bed(fediverse(change=on_web("/about", lambda answer: told_policy(answer, policy))))
    assert verdict(running.check(), "media").verdict == ("ok" if covered else "drift")


@pytest.mark.parametrize(
    ("told_base", "asked"),
    [
        (f"wss://{WEB}", f"https://{WEB}"),
        (f"wss://{WEB}/", f"https://{WEB}"),
        (f"wss://{WEB}:4000", f"https://{WEB}:4000"),
        ("wss://streaming.example.org/mastodon/", "https://streaming.example.org/mastodon"),
        ("wss://[2001:db8::7]:4000", "https://[2001:db8::7]:4000"),
        ("wss://streaming.example.org:99999", f"https://{WEB}"),
        ("ftp://streaming.example.org", f"https://{WEB}"),
    ],
)
def test_the_streaming_server_is_asked_where_browsers_go(told_base, asked):
    body = json.dumps({"configuration": {"urls": {"streaming": told_base}}}).encode()
    api = Response(Request(f"https://{WEB}/api/v2/instance"), 200, (), body)
    probes = [probe for probe in INSTANCE_PROBES if probe.name.startswith("streaming.")]
    requests = [probe.request(Target(APEX, WEB), {"instance.api": api}) for probe in probes]
    assert [request.url for request in requests if request] == [
        f"{asked}{path}" for path in (STREAMING, f"{STREAMING}/", f"{STREAMING}/health", "/metrics")
    ]


def test_a_streaming_server_on_another_port_is_not_vouched_for_by_the_web_domains(bed, fediverse, closed_port):
    elsewhere = on_web("/api/v2/instance", lambda answer: told(answer, f"wss://{WEB}", f"wss://{WEB}:4000"))
    running = bed(fediverse(change=elsewhere))
    report = running.check(reach=running.reach(resolve=(*running.resolve, f"{WEB}:4000:127.0.0.1:{closed_port}")))
    assert verdict(report, "streaming").verdict == "unreachable"
    assert f"{WEB}:4000/" in verdict(report, "streaming").got


def test_an_answer_cannot_have_this_machine_ask_its_own_network(bed, fediverse, silent_port, monkeypatch):
    """The instance is on the internet, its streaming server seems to be on this machine."""
    monkeypatch.setattr(_resolver, "refused", lambda ip: ip == "127.0.0.2")
    inside = f"wss://127.0.0.2:{silent_port.number}"
    report = bed(fediverse(change=on_web("/api/v2/instance", lambda a: told(a, f"wss://{WEB}", inside)))).check()
    found = verdict(report, "streaming")
    assert (found.verdict, found.reason) == ("unreachable", "private")
    assert "only the instance names 127.0.0.2" in found.got
    assert silent_port.connections == 0


def test_a_handle_domain_told_by_the_instance_cannot_be_inside_either(bed, monkeypatch):
    monkeypatch.setattr(_resolver, "refused", lambda ip: ip == "127.0.0.2")
    monkeypatch.setattr(_resolver, "addresses", lambda host, *rest: (Address("127.0.0.2", 443),))
    running = bed()
    reach = running.reach(resolve=tuple(line for line in running.resolve if line.startswith(f"{WEB}:")))
    assert verdict(running.check(local_domain=None, reach=reach), "C1").reason == "private"
    assert verdict(running.check(local_domain=APEX, reach=reach), "C1").reason == "tcp"


@pytest.mark.parametrize("url", ["wss://[broken", "wss://", "javascript:x"])
def test_a_streaming_address_that_is_none_is_no_crash(bed, fediverse, url):
    broken = on_web("/api/v2/instance", lambda answer: told(answer, f"wss://{WEB}", url))
    assert bed(fediverse(change=broken)).check().ok


def test_a_limit_that_begins_anew_in_between_is_no_verdict(bed, fediverse):
    minutes = iter(("05", "10"))
    change = on_web(COUNTED, lambda answer: answer.but(X_RateLimit_Reset=f"2026-01-01T00:{next(minutes)}:00Z"))
    assert verdict(bed(fediverse(change=change)).check(), "clients").verdict == "skipped"


@pytest.mark.parametrize("limit", [None, "many", "9" * 5000])
def test_an_instance_that_tells_no_limit_is_not_judged(bed, fediverse, limit):
    change = on_web(COUNTED, lambda answer: answer.but(X_RateLimit_Limit=limit))
    assert verdict(bed(fediverse(change=change)).check(), "clients").verdict == "skipped"


def test_the_handshake_for_http2_sends_nothing(bed, fediverse):
    world = fediverse()
    running = bed(world)
    probe = next(probe for probe in NETWORK_PROBES if probe.name == "instance.http2")
    seen = observe([probe], Target(APEX, WEB), running.reach(ca_path=None).prober())
    assert str(seen["instance.http2"]) == "h2"
    assert world.asked == []


def answered(host, ends, path="/.well-known/webfinger", **request):
    request = Request(f"https://{host}{path}", **request)
    return Response(request, 200, certificate_ends=None if ends is None else ends * 86400.0)


def silent(host, path="/"):
    return Unreachable(Request(f"https://{host}{path}"), "timeout", "no answer within 10 s")


@pytest.mark.parametrize(
    ("local", "seen", "expected", "words"),
    [
        (WEB, {"web.webfinger": (WEB, 60), "streaming.health": ("s.example", 60)}, "ok", ""),
        (WEB, {"web.webfinger": (WEB, 3), "streaming.health": ("s.example", 60)}, "drift", f"{WEB} ends in 3 days"),
        (WEB, {"web.webfinger": (WEB, 60), "streaming.health": ("s.example", 3)}, "drift", "s.example ends in 3"),
        (APEX, {"apex.webfinger": (APEX, 3), "instance.api": (WEB, 60)}, "drift", f"{APEX} ends in 3 days"),
        (APEX, {"apex.webfinger": (APEX, 60), "instance.api": (WEB, 3), "streaming.health": None}, "drift", WEB),
        (APEX, {"apex.webfinger": (APEX, 60), "instance.api": None, "web.webfinger": (WEB, 60)}, "ok", ""),
        (APEX, {"apex.webfinger": (APEX, 60), "instance.api": None}, "unreachable", "no answer within"),
        (APEX, {"apex.webfinger": (APEX, 60), "instance.api": (WEB, None)}, "skipped", f"{WEB} was not seen"),
    ],
)  # fmt: skip
def test_every_name_s_certificate_is_read_from_whatever_it_answers(local, seen, expected, words):
    observations = {name: silent(WEB) if what is None else answered(*what) for name, what in seen.items()}
    judged = evaluate(CLAUSES, Target(local, WEB), observations)
    found = next(one for one in judged if one.clause == "certificate")
    assert (found.verdict, words in found.got) == (expected, True), found.got


def test_streaming_has_a_certificate_of_its_own_on_its_own_port():
    observations = {"web.webfinger": answered(WEB, 60), "streaming.health": answered(f"{WEB}:4000", 3)}
    judged = evaluate(CLAUSES, Target(WEB, WEB), observations)
    assert f"{WEB}:4000 ends in 3 days" in next(one.got for one in judged if one.clause == "certificate")
