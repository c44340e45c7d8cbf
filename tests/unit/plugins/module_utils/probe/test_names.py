"""Names of domains and of the place where accounts are looked up, as strangers write them."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._host_meta import lrdd_template
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._names import domain_name, same_domain


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Example.org", "example.org"),
        (" example.org. ", "example.org"),
        ("MÜLLER.example", "xn--mller-kva.example"),
        ("mu\N{COMBINING DIAERESIS}ller.example", "xn--mller-kva.example"),
        ("xn--strae-oqa.example", "xn--strae-oqa.example"),
    ],
)
def test_a_name_as_it_stands_in_requests(given, name):
    assert domain_name(given) == name
    assert same_domain(given.rstrip(". "), name)


@pytest.mark.parametrize(
    "given",
    ["straße.example", "STRAẞE.example", "σας.example", "a\N{ZERO WIDTH NON-JOINER}b.example",
     "\N{LATIN SMALL LIGATURE FI}.example"],
)  # fmt: skip
def test_a_name_that_two_standards_write_differently_is_refused(given):
    with pytest.raises(ValueError, match="read in two ways"):
        domain_name(given)
    assert not same_domain(given, "strasse.example")


@pytest.mark.parametrize("given", ["", "localhost", "https://example.org", "-a.example", "a..example"])
def test_what_is_no_domain(given):
    with pytest.raises(ValueError, match="is not a domain name"):
        domain_name(given)
    assert not same_domain(given, "example.org")
    assert not same_domain(None, "example.org")


def xrd(link, namespace="http://docs.oasis-open.org/ns/xri/xrd-1.0", prefix=""):
    of = f"{prefix}:" if prefix else ""
    name = f"xmlns:{prefix}" if prefix else "xmlns"
    return f'<?xml version="1.0"?><{of}XRD {name}="{namespace}"><{of}{link}</{of}XRD>'.encode()


LINK = 'Link rel="lrdd" type="application/xrd+xml" template="https://a.example/w?resource={uri}"/>'


@pytest.mark.parametrize(
    "body",
    [
        xrd(LINK),
        xrd(LINK, prefix="hm"),
        xrd(LINK.replace('"', "'")),
        xrd(f'Link rel="hub" href="x"/><{LINK}<Link rel="lrdd" template="https://b.example/{{uri}}"/>'),
    ],
)
def test_the_first_template_counts(body):
    assert lrdd_template(body) == "https://a.example/w?resource={uri}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<XRD/>",
        b"<html><body>",
        b"{}",
        b'<?xml version="1.0" encoding="nonsense"?><XRD/>',
        xrd(LINK.replace("lrdd", "hub")),
        xrd('Link rel="lrdd"/>'),
        xrd(LINK, namespace="http://elsewhere.example/"),
        b'<!DOCTYPE XRD [<!ENTITY a "b">]>' + xrd(LINK).removeprefix(b'<?xml version="1.0"?>'),
    ],
)
def test_what_leads_nowhere(body):
    assert lrdd_template(body) is None
