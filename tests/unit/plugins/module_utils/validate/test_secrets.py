"""Mistakes in the role secrets' variables, and the facts that stand in the role and in Python."""

from pathlib import Path

import pytest
import yaml
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._keys import APPLICATION_KEYS
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._secrets import mistakes

ROLE = Path(__file__).parents[5] / "roles/secrets"


@pytest.mark.parametrize(
    ("values", "variable"),
    [
        ({"secrets_name": "Mastodon"}, "secrets_name"),
        ({"secrets_name": ""}, "secrets_name"),
        ({"secrets_cache_name": "-cache"}, "secrets_cache_name"),
        ({"secrets_name": "one", "secrets_cache_name": "one"}, "secrets_cache_name"),
        ({"secrets_allow_new_secrets_for_existing_data": "yes"}, "secrets_allow_new_secrets_for_existing_data"),
        ({"secrets_accept_changed_keys": ["SECRET_KEY"]}, "secrets_accept_changed_keys"),
    ],
)
def test_mistakes(values, variable):
    (mistake,) = mistakes(values)
    assert mistake.variable == variable


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"secrets_name": "from-our.vault", "secrets_cache_name": "cache"},
        {"secrets_allow_new_secrets_for_existing_data": "mastodon"},
        {"mastodon_namespace": "a", "secrets_allow_new_secrets_for_existing_data": "a"},
        {"secrets_accept_changed_keys": ["SECRET_KEY_BASE"]},
        {"secrets_name": 7, "secrets_accept_changed_keys": "SECRET_KEY_BASE"},
    ],
)
def test_no_mistakes(values):
    assert list(mistakes(values)) == []


def test_the_role_asks_for_every_key_of_the_application():
    assert yaml.safe_load((ROLE / "vars/main.yml").read_text())["__secrets_application_keys"] == [*APPLICATION_KEYS]
