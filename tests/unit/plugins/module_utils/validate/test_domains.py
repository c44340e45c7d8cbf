"""Domains: every way to misspell one is named with what to write instead."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._domain_name import domain_fault
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._domains import mistakes


def found(**values):
    return {
        (m.variable, m.problem, m.cure) for m in mistakes({f"mastodon_{key}": value for key, value in values.items()})
    }


@pytest.mark.parametrize(
    "name",
    ["example.org", "social.example.org", "xn--mller-kva.example", "a-b.c0.example", "x" * 56 + ".onion", "0.example"],
)
def test_a_domain_is_right(name):
    assert domain_fault(name) is None
    assert found(local_domain=name) == set()


@pytest.mark.parametrize(
    ("name", "problem", "cure"),
    [
        ("https://social.example.org/", "scheme", "write social.example.org"),
        ("social.example.org/about", "path", "write social.example.org"),
        ("@alice@example.org", "handle", "write example.org"),
        ("example.org:443", "port", "write example.org"),
        ("Example.org", "capital", "write example.org"),
        ("my_site.example.org", "underscore", "letters, digits and hyphens"),
        ("*.example.org", "wildcard", "one name"),
        ("müller.example", "beyond a to z", "xn--mller-kva.example"),
        ("straße.example", "beyond a to z", "from your registry"),
        ("example", "not a full domain", "example.example.org"),
        (" example.org", "space or a dot", "write example.org"),
        ("example.org.", "space or a dot", "write example.org"),
        ("192.0.2.7", "IP address", "domain"),
        ("2001:db8::7", "IP address", "domain"),
        ("-a.example", "'-a'", "hyphen"),
        ("a..example", "''", "hyphen"),
        ("example.1", "number", "social.example.org"),
        ("", "empty", "social.example.org"),
        ("x" * 64 + ".example", "too long", "63"),
        ("https://HTTP/", "scheme", "the domain alone"),
    ],
)
def test_a_wrong_domain_is_named_with_its_cure(name, problem, cure):
    for variable in ("local_domain", "web_domain"):
        ((where, what, instead),) = found(**{variable: name})
        assert where == f"mastodon_{variable}"
        assert problem in what
        assert cure in instead


def test_alternate_domains_are_checked_one_by_one():
    given = ["https://a.example", "ok.example", "B.example"]
    assert {where for where, _unused, _unused in found(alternate_domains=given)} == {"mastodon_alternate_domains"}
    assert len(found(alternate_domains=given)) == 2


def test_an_alternate_domain_is_a_further_one():
    same = found(local_domain="a.example", web_domain="b.a.example", alternate_domains=["b.a.example", "c.example"])
    assert {(where, "mastodon_web_domain" in what) for where, what, _unused in same} == {
        ("mastodon_alternate_domains", True)
    }
    assert len(found(alternate_domains=["c.example", "c.example"])) == 1


@pytest.mark.parametrize("values", [{}, {"local_domain": None, "alternate_domains": None}, {"alternate_domains": [1]}])
def test_values_of_a_wrong_type_are_left_to_others(values):
    assert found(**values) == set()
