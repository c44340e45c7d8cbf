"""Environments in the words of Kubernetes."""

from __future__ import annotations

import re

from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._draft import Environment, Mount
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._kubernetes import rendered

SECRETS = {"Z_PASSWORD": {"name": "s", "key": "z"}, "A_PASSWORD": {"name": "s", "key": "a"}}
ENVIRONMENT = Environment(
    values={"B": "2", "A": "$(B) $$ 5$", "EMPTY": ""},
    secret_refs=SECRETS,
    composed={"URL": "redis://:$(Z_PASSWORD)@x"},
    mounts={
        "media": Mount("media", "/media", claim="mastodon-media"),
        "ca-x": Mount("ca-x", "/etc/ca/x", secret={"name": "ca", "key": "tls.crt"}),
    },
)


def expand(variables):
    """What the kubelet makes of a container's own variables (k8s.io/kubernetes third_party/forked/golang/expansion)."""
    known: dict[str, str] = {}
    for variable in variables:
        value = variable.get("value", "secret")
        known[variable["name"]] = re.sub(
            r"\$(\$|\(([^)]*)\))",
            lambda match: "$" if match[1] == "$" else known.get(match[2], match[0]),
            value,
        )
    return known


def test_a_config_map_holds_values_sorted_and_as_they_are():
    values = rendered({"web": ENVIRONMENT})["web"]["values"]
    assert list(values.items()) == [("A", "$(B) $$ 5$"), ("B", "2"), ("EMPTY", "")]


def test_secrets_come_before_what_is_composed_of_them():
    env = rendered({"web": ENVIRONMENT})["web"]["env"]
    assert [one["name"] for one in env] == ["A_PASSWORD", "Z_PASSWORD", "URL"]
    assert expand(env)["URL"] == "redis://:secret@x"


def test_a_job_s_own_variables_reach_it_unchanged():
    inline = rendered({"job": ENVIRONMENT})["job"]["inline_env"]
    found = expand(inline)
    assert {name: found[name] for name in ENVIRONMENT.values} == ENVIRONMENT.values
    assert found["URL"] == "redis://:secret@x"


def test_of_a_secret_one_key_is_mounted():
    found = rendered({"web": ENVIRONMENT})["web"]
    assert found["volumes"] == [
        {"name": "ca-x", "secret": {"secretName": "ca", "items": [{"key": "tls.crt", "path": "ca.crt"}]}},
        {"name": "media", "persistentVolumeClaim": {"claimName": "mastodon-media"}},
    ]
    assert found["volume_mounts"] == [
        {"name": "ca-x", "mountPath": "/etc/ca/x", "readOnly": True},
        {"name": "media", "mountPath": "/media"},
    ]


def test_the_digest_follows_the_values_alone_and_not_their_order():
    turned = Environment(values=dict(reversed(ENVIRONMENT.values.items())))
    changed = Environment(values={**ENVIRONMENT.values, "B": "3"})
    digests = {name: one["digest"] for name, one in rendered({"a": ENVIRONMENT, "b": turned, "c": changed}).items()}
    assert digests["a"] == digests["b"] != digests["c"]


def test_a_change_concerns_only_the_processes_that_read_it(environments):
    def digests(**changes):
        return {name: one["digest"] for name, one in rendered(environments(**changes)).items()}

    def changed(**changes):
        before, after = digests(), digests(**changes)
        return [name for name in before if before[name] != after[name]]

    assert changed(app_smtp={"server": "mx"}) == ["sidekiq-work"]
    assert changed(app_runtime={"streaming_log_level": "debug"}) == ["streaming"]
    assert changed(app_sso={"sso_account_settings": "https://id.example.org"}) == ["web"]
    assert changed(app_sizes={"sidekiq": {"scheduler": {"concurrency": 7}}}) == ["sidekiq-scheduler"]
    assert "streaming" not in changed(app_federation={"authorized_fetch": True}, app_site={"default_locale": "de"})
