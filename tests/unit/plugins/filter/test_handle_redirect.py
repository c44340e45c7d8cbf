"""The filter makes the manifest that the module applies, and says what it misses."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.fediverse.mastodon.plugins.filter.handle_redirect import handle_redirect
from ansible_collections.fediverse.mastodon.plugins.filter.handle_rules import RETURN, handle_rules
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import Handle
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._redirect import redirect_objects
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._rules import rules

GIVEN = {"local_domain": "example.org", "web_domain": "social.example.org", "namespace": "mastodon"}


@pytest.mark.parametrize("backend", ["gateway", "traefik", "ingress", "none"])
def test_the_filter_makes_the_same_manifests(backend):
    assert handle_redirect({**GIVEN, "backend": backend}) == redirect_objects(Handle(**GIVEN, backend=backend))
    assert handle_redirect({**GIVEN, "backend": backend, "web_domain": "example.org"}) == []


@pytest.mark.parametrize("apply", [handle_redirect, handle_rules])
def test_what_is_missing_unknown_or_impossible_is_said(apply):
    with pytest.raises(
        AnsibleFilterError, match="local_domain is missing; domain is unknown; the keys are local_domain, "
    ):
        apply({"domain": "example.org", "web_domain": "social.example.org", "namespace": "mastodon"})
    with pytest.raises(AnsibleFilterError, match="status is 308; it is one of 301, 302, 307"):
        apply({**GIVEN, "status": 308})
    with pytest.raises(AnsibleFilterError, match="307"):
        apply({**GIVEN, "backend": "traefik", "status": 307})
    with pytest.raises(
        AnsibleFilterError, match=r"web_domain: 'https://social\.example\.org' begins with a scheme; write"
    ):
        apply({**GIVEN, "web_domain": "https://social.example.org"})
    with pytest.raises(AnsibleFilterError, match="max_age is an hour; it is a number of seconds"):
        apply({**GIVEN, "max_age": "an hour"})


def test_one_domain_for_both_has_no_rule_that_would_redirect_to_itself():
    with pytest.raises(AnsibleFilterError, match=r"both example\.org: .* There is no rule to write"):
        handle_rules({**GIVEN, "web_domain": "example.org"})


def test_the_documentation_names_every_server():
    described = yaml.safe_load(RETURN)["_value"]["description"]
    assert re.findall(r"V\((\w+)\)", described[0]) == list(handle_rules(GIVEN))


def test_a_number_of_a_command_line_is_one():
    assert handle_rules({**GIVEN, "max_age": "60"}) == handle_rules({**GIVEN, "max_age": 60})


def test_only_manifests_need_a_namespace():
    domains = {name: GIVEN[name] for name in ("local_domain", "web_domain")}
    with pytest.raises(AnsibleFilterError, match="namespace is missing"):
        handle_redirect(domains)
    assert handle_rules(domains) == handle_rules(GIVEN)


def test_the_rules_are_those_of_the_module():
    assert handle_rules(GIVEN) == rules(Handle(**GIVEN))
