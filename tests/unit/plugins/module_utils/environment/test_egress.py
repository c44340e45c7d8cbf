"""Whom the processes may connect to (T56)."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._egress import DNS, egress

ANYWHERE = [
    {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}},
    {"ipBlock": {"cidr": "::/0", "except": ["fd00:ec2::254/128"]}},
]


def ports(rule):
    return [port["port"] for port in rule.get("ports", [])]


def own(rules):
    return next(ports(rule) for rule in rules if rule.get("to") == [{"podSelector": {}}])


def outside(rules):
    return next((ports(rule) for rule in rules if rule.get("to") == ANYWHERE), None)


def namespaces(rules):
    found = [rule for rule in rules for peer in rule.get("to", []) if "namespaceSelector" in peer]
    assert all("ports" not in rule for rule in found)
    return [rule["to"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for rule in found]


def test_names_may_be_looked_up_anywhere(values):
    assert all(rules[0] == DNS for rules in egress(values()).values())


def test_streaming_reaches_its_database_and_cache_and_nothing_else(values):
    rules = egress(values())["streaming"]
    assert rules == [DNS, {"to": [{"podSelector": {}}]}]


@pytest.mark.parametrize("process", ["web", "sidekiq", "job"])
def test_rails_reaches_the_web_and_its_own_servers(values, process):
    rules = egress(values())[process]
    assert own(rules) == [], "a Service may give the port of the pod another number"
    assert outside(rules) == [80, 443]


def test_the_metadata_of_clouds_is_out_of_reach(values):
    for rules in egress(values()).values():
        for rule in rules:
            for peer in rule.get("to", []):
                if peer.get("ipBlock", {}).get("cidr") in ("0.0.0.0/0", "::/0"):
                    assert peer["ipBlock"]["except"]


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("https://s3.example.org", ("outside", [80, 443])),
        ("https://s3.example.org:9000", ("outside", [80, 443, 9000])),
        ("http://s3.bed-s3.svc:7070", ("namespaces", ["bed-s3"])),
        ("http://s3.bed-s3.svc.cluster.local:7070", ("namespaces", ["bed-s3"])),
        ("http://s3.social.svc:7070", ("own", [])),
        ("http://s3:7070", ("own", [])),
    ],
)
def test_an_object_store_wherever_it_is(values, s3, endpoint, expected):
    rules = egress(values(app_storage={"backend": "s3", "s3": {**s3, "endpoint": endpoint}}))["sidekiq"]
    find = {"outside": outside, "namespaces": namespaces, "own": own}[expected[0]]
    assert find(rules) == expected[1]


def test_an_address_is_reached_alone(values, server):
    rules = egress(values(app_cache={"base": {**server, "host": "192.0.2.7"}}))["streaming"]
    assert {"to": [{"ipBlock": {"cidr": "192.0.2.7/32"}}], "ports": [{"port": 6379, "protocol": "TCP"}]} in rules


def test_sentinels_and_the_primary_they_name(values, server):
    sentinels = [{"host": "s.cache.svc", "port": 26379}, {"host": "redis.example.org", "port": 26380}]
    rules = egress(values(app_cache={"base": {**server, "host": None, "sentinels": sentinels}}))["streaming"]
    assert namespaces(rules) == ["cache"]
    assert outside(rules) == [6379, 26380]


def test_a_cache_of_its_own_is_no_business_of_streaming(values, server):
    rules = egress(values(app_cache={"base": server, "cache": {**server, "host": "lru.caches.svc"}}))
    assert {process: namespaces(found) for process, found in rules.items()} == {
        "web": ["caches"],
        "sidekiq": ["caches"],
        "streaming": [],
        "job": ["caches"],
    }


@pytest.mark.parametrize(
    ("subject", "given", "process", "port"),
    [
        ("app_smtp", {"server": "mx.example.org"}, "sidekiq", 587),
        ("app_smtp", {"server": "mx.example.org", "port": 2525, "tls": "none"}, "sidekiq", 2525),
        ("app_search", {"enabled": True, "host": "es.example.org"}, "job", 9200),
        ("app_ldap", {"enabled": True, "host": "ldap.example.org"}, "web", 389),
        ("app_cas", {"enabled": True, "url": "https://cas.example.org:8443/cas"}, "web", 8443),
        ("app_oidc", {"enabled": True, "issuer": "https://id.example.org:9443/x"}, "web", 9443),
        ("app_saml", {"enabled": True, "idp_sso_target_url": "https://id.example.org:9444"}, "web", 9444),
        ("app_translation", {"libre_translate_endpoint": "http://lt.example.org:5000"}, "web", 5000),
        ("app_tracing", {"endpoint": "http://otel.example.org:4318"}, "sidekiq", 4318),
        ("app_proxy", {"http_proxy": "http://proxy.example.org:3128"}, "web", 3128),
    ],
)
def test_every_service_that_is_configured_is_reached(values, subject, given, process, port):
    assert port in outside(egress(values(**{subject: given}))[process])
    assert port not in (outside(egress(values(**{subject: given}))["streaming"]) or [])
    assert port not in outside(egress(values())[process])


def test_a_replica_is_reached_by_those_who_read_it(values, database):
    replica = {"host": "standby.db.svc", "port": 5432}
    rules = egress(values(app_database={**database, "replica": replica}))
    assert {process: namespaces(found) for process, found in rules.items()} == {
        "web": ["db"],
        "sidekiq": ["db"],
        "streaming": [],
        "job": [],
    }


def test_further_rules_hold_for_all(values):
    rule = {"to": [{"podSelector": {"matchLabels": {"app": "x"}}}]}
    assert all(rules[-1] == rule for rules in egress(values(app_egress=[rule])).values())
