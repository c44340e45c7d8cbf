"""HTTP as mastodon.md 3.3, 3.4, 4 and 5.6 and federation.md have it."""

from __future__ import annotations

import pytest
from cluster import ALLOWED_EMAIL, ALTERNATE, LOCAL, RAILS, WEB, Pod

pytestmark = pytest.mark.cluster

JRD, ACTIVITY, XRD = "application/jrd+json", "application/activity+json", "application/xrd+xml"


def webfinger(pod, resource, *arguments):
    return pod.get(f"/.well-known/webfinger?resource={resource}", *arguments)


def test_health_needs_neither_host_nor_https(web):
    answer = web.get("/health", host="10.0.0.1", proto="http")
    assert (answer.status, answer.body) == (200, "OK")


def test_health_needs_no_database_and_the_api_does(prepared):
    env = {**RAILS, "DB_HOST": "nowhere.invalid", "CACHE_REDIS_HOST": "nowhere.invalid"}
    pod = Pod("alone", ("bundle", "exec", "puma", "-C", "config/puma.rb"), env, http=(3000, "/health")).start()
    assert pod.get("/health").status == 200
    assert pod.get("/api/v2/instance").status == 500
    pod.delete()


@pytest.mark.parametrize("host", ["web", "web.double-check.svc", "10.0.0.1:3000"])
def test_foreign_hosts_are_refused(web, host):
    assert web.get("/", host=host).status == 403


@pytest.mark.parametrize("host", [LOCAL, WEB, ALTERNATE, f"{WEB}:443"])
def test_own_hosts_are_served(web, host):
    assert web.get("/", host=host).status == 200


def test_plain_http_is_redirected(web):
    answer = web.get("/about?a=%40b", proto="http")
    assert (answer.status, answer.headers["location"]) == (301, f"https://{WEB}/about?a=%40b")


@pytest.mark.parametrize("path", ["/", "/about"])
def test_content_security_policy_names_the_media_host(web, path):
    policy = web.get(path).headers["content-security-policy"]
    directives = {line.split()[0]: line.split()[1:] for line in policy.split("; ")}
    for name in ("img-src", "media-src", "connect-src"):
        assert "https://files.example.org" in directives[name]
    assert f"wss://{WEB}" in directives["connect-src"]


@pytest.mark.parametrize("domain", [LOCAL, WEB, ALTERNATE])
def test_webfinger_answers_for_every_domain_with_one_subject(web, domain):
    answer = webfinger(web, f"acct:alice@{domain}")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith(JRD)
    assert answer.headers["cache-control"] == "max-age=259200, public"
    assert answer.json["subject"] == f"acct:alice@{LOCAL}"


def test_the_self_link_is_the_actors_id(web):
    (link,) = [link for link in webfinger(web, f"acct:alice@{LOCAL}").json["links"] if link["rel"] == "self"]
    assert link["href"].startswith(f"https://{WEB}/")
    actor = web.get(link["href"].removeprefix(f"https://{WEB}"), "-H", f"Accept: {ACTIVITY}")
    by_name = web.get("/users/alice", "-H", f"Accept: {ACTIVITY}")
    assert actor.json["id"] == by_name.json["id"] == link["href"]
    assert actor.json["publicKey"]["publicKeyPem"].startswith("-----BEGIN PUBLIC KEY-----")
    assert actor.json["webfinger"] == f"alice@{LOCAL}"


def test_the_instance_actor_is_found_by_domain(web):
    answer = webfinger(web, f"acct:{LOCAL}@{LOCAL}").json
    assert f"https://{WEB}/actor" in [link.get("href") for link in answer["links"]]
    assert web.get("/actor").json["id"] == f"https://{WEB}/actor"


@pytest.mark.parametrize(
    ("resource", "status"), [("acct:zoe@example.org", 404), ("acct:alice@other.org", 404), ("x", 400), ("", 400)]
)
def test_webfinger_errors(web, resource, status):
    answer = webfinger(web, resource)
    assert (answer.status, answer.headers["cache-control"]) == (status, "max-age=180, public")


def test_cross_origin_headers_need_an_origin(web):
    assert "access-control-allow-origin" not in webfinger(web, f"acct:alice@{LOCAL}").headers
    answer = webfinger(web, f"acct:alice@{LOCAL}", "-H", "Origin: https://elsewhere.example")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_host_meta_and_nodeinfo(web):
    host_meta = web.get("/.well-known/host-meta")
    assert host_meta.headers["content-type"].startswith(XRD)
    assert f"https://{WEB}/.well-known/webfinger?resource={{uri}}" in host_meta.body
    assert web.get("/.well-known/host-meta.json").json["links"][0]["rel"] == "lrdd"
    (link,) = web.get("/.well-known/nodeinfo").json["links"]
    nodeinfo = web.get(link["href"].removeprefix(f"https://{WEB}"))
    assert nodeinfo.json["software"] == {"name": "mastodon", "version": "4.6.5"}


def test_a_user_who_waits_for_approval_has_no_profile(prepared, web):
    create = ("tootctl", "accounts", "create", "waiting", "--email", "waiting@example.org", "--confirmed")
    prepared.run(*create, **ALLOWED_EMAIL)
    assert web.get("/@waiting").status == 404
    prepared.run("tootctl", "accounts", "modify", "waiting", "--approve")
    assert web.get("/@waiting").status == 200


def test_inboxes_take_nothing_unsigned(web):
    for path in ("/inbox", "/users/alice/inbox", "/actor/inbox"):
        assert web.get(path, "-X", "POST", "-d", "{}").status == 401


def test_every_answer_says_who_gives_it(web):
    for path in ("/health", "/", "/nowhere", "/api/v2/instance"):
        assert web.get(path).headers["x-mastodon-double"] == "web; version=4.6.5"


def test_home_timelines_are_read_from_the_replica(prepared, token):
    env = {**RAILS, "REPLICA_DB_HOST": "nowhere.invalid"}
    pod = Pod("replica", ("bundle", "exec", "puma", "-C", "config/puma.rb"), env, http=(3000, "/health")).start()
    bearer = ("-H", f"Authorization: Bearer {token}")
    assert pod.get("/api/v1/timelines/public", *bearer).status == 200
    assert pod.get("/api/v1/timelines/home", *bearer).status == 500
    pod.delete()
