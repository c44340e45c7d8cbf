"""The edge's variables: what types cannot say."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._edge import mistakes

RIGHT = {
    "gateway_create": True,
    "certificate_secret": "mastodon-tls",
    "handle_certificate_secret": "mastodon-tls",
    "certificate_issuer": None,
    "namespace": "mastodon",
    "gateway_namespace": "mastodon",
    "gateway_name": "mastodon",
    "gateway_section": "https",
    "gateway_http_section": "http",
    "request_timeout": "120s",
    "streaming_timeout": "0s",
    "redirect_max_age": 3600,
    "resolve": ["social.example.org:443:192.0.2.7"],
    "local_domain": "example.org",
    "web_domain": "social.example.org",
}
ISSUER = {"name": "letsencrypt", "kind": "ClusterIssuer"}
ISSUED = {"certificate_secret": None, "handle_certificate_secret": None, "certificate_issuer": ISSUER}
SHARED = {
    "gateway_create": False,
    "gateway_namespace": "gateways",
    "certificate_secret": None,
    "handle_certificate_secret": None,
}


def found(**changed):
    return {
        m.variable.removeprefix("edge_"): m.problem
        for m in mistakes({f"edge_{k}": v for k, v in {**RIGHT, **changed}.items()})
    }


TRAEFIK = {"backend": "traefik", "certificate_secret": None, "handle_certificate_secret": None}
INGRESS = {**TRAEFIK, "backend": "ingress"}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        ISSUED,
        SHARED,
        {"request_timeout": None},
        {"gateway_http_section": None},
        TRAEFIK,
        {**TRAEFIK, "certificate_issuer": ISSUER},
        {**TRAEFIK, "redirect_status": 302},
        {**INGRESS, "certificate_secret": "tls"},
        {"backend": "none", "certificate_secret": None},
        {"handle_backend": "none", "handle_server": "nginx"},
        {**INGRESS, "handle_backend": "gateway", "handle_gateway_name": "site"},
        {**INGRESS, "local_domain": "social.example.org", "redirect_status": 302},
        {"handle_adopt": ["HTTPRoute site/webfinger", "IngressRoute site/a.b"]},
        {"probe_address": "gateway"},
    ],
)
def test_right_values_have_no_mistake(changed):
    assert found(**changed) == {}


def test_nothing_given_is_only_a_missing_certificate():
    assert [m.variable for m in mistakes({})] == ["edge_certificate_secret"]


@pytest.mark.parametrize(
    ("changed", "variable", "words"),
    [
        ({"certificate_secret": None}, "certificate_secret", "no certificate"),
        ({"certificate_issuer": ISSUER}, "certificate_issuer", "two owners"),
        ({**ISSUED, "handle_certificate_secret": "mastodon-handle-tls"}, "handle_certificate_secret", "written by"),
        ({**SHARED, "certificate_secret": "mine"}, "certificate_secret", "no effect"),
        ({**SHARED, "certificate_issuer": ISSUER}, "certificate_issuer", "no effect"),
        ({"gateway_namespace": "gateways"}, "gateway_namespace", "with the instance"),
        ({"gateway_name": "My_Gateway"}, "gateway_name", "not a name"),
        ({"handle_gateway_section": "a b"}, "handle_gateway_section", "not a name"),
        ({"gateway_http_section": "https"}, "gateway_http_section", "for ever"),
        ({"request_timeout": "2 minutes"}, "request_timeout", "not a duration"),
        ({"streaming_timeout": "0"}, "streaming_timeout", "not a duration"),
        ({"redirect_max_age": 86401}, "redirect_max_age", "within a day"),
        ({"redirect_max_age": -1}, "redirect_max_age", "within a day"),
        ({"resolve": ["social.example.org:192.0.2.7"]}, "resolve", "host:port:address"),
        ({**TRAEFIK, "redirect_status": 307}, "redirect_status", "307"),
        ({"handle_backend": "traefik", "redirect_status": 307}, "redirect_status", "307"),
        ({**INGRESS, "redirect_status": 302}, "redirect_status", "no effect"),
        ({**TRAEFIK, "handle_backend": "gateway"}, "handle_gateway_name", "no Gateway of its own"),
        ({"handle_server": "nginx"}, "handle_server", "no effect"),
        ({"handle_adopt": ["site/webfinger"]}, "handle_adopt", "does not name"),
        ({**TRAEFIK, "probe_address": "gateway"}, "probe_address", "no meaning"),
        ({**TRAEFIK, "certificate_secret": "tls", "certificate_issuer": ISSUER}, "certificate_issuer", "two owners"),
        ({"web_domain": "https://social.example.org"}, "web_domain", "scheme"),
    ],
)
def test_a_mistake_is_named(changed, variable, words):
    problems = found(**changed)
    assert set(problems) == {variable}
    assert words in problems[variable]
