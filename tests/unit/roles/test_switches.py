"""Switches as texts, which -e name=false and inventories in INI give: they mean what Ansible says they mean."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[2]))
from support import backing

ROOT = Path(__file__).parents[3]
ROLES = sorted(path.parents[1].name for path in ROOT.glob("roles/*/meta/argument_specs.yml"))
OPTIONS = {
    name: option
    for role in ROLES
    for name, option in yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text())["argument_specs"][
        "main"
    ]["options"].items()
}
REF = {"name": "given", "key": "k"}
COMMON = {
    "mastodon_local_domain": "example.org",
    "mastodon_web_domain": "social.example.org",
    "mastodon_owner_username": "alice",
    "mastodon_owner_email": "alice@example.org",
    "edge_certificate_issuer": {"name": "letsencrypt", "kind": "ClusterIssuer"},
    "edge_handle_backend": "none",
    "storage_claim_access_mode": "ReadWriteMany",
    "app_smtp": {"server": "mx.example.org"},
}
PROVIDERS = {
    "app_oidc": {
        "enabled": True,
        "issuer": "https://id.example.org",
        "client_id": "mastodon",
        "client_secret": REF,
        "uid_field": "preferred_username",
        "discovery": True,
    },
    "app_saml": {"enabled": True, "idp_sso_target_url": "https://id.example.org/saml", "idp_cert": "x", "issuer": "m"},
    "app_cas": {"enabled": True, "url": "https://id.example.org/cas"},
    "app_ldap": {
        "enabled": True,
        "host": "ldap.example.org",
        "base": "ou=p",
        "bind_dn": "cn=m",
        "password_secret": REF,
    },
    "app_pam": {"enabled": True},
}
# Between them they use every switch: one instance with all of them off, and two with those on that others hang on.
HOSTS = {
    "off": {"edge_gateway_name": "theirs", "edge_gateway_namespace": "gateways", "edge_certificate_issuer": None},
    "outside": {
        **backing.GIVEN,
        "cache_external": {purpose: {"host": purpose} for purpose in ("base", "sidekiq", "cache")},
        **PROVIDERS,
        "app_search": {"enabled": True, "host": "es.search.svc"},
        "app_cache_buster": {"enabled": True, "secret_header": "x", "secret": REF},
        "edge_gateway_create": True,
        "app_publish_assets": True,
        "storage_alias_host": "files.example.org",
        "storage_require_cors": True,
    },
    "grown": {
        "mastodon_profile": "community",
        **{name: True for name, option in OPTIONS.items() if option["type"] == "bool"},
        "app_autoscaling": {"web": True, "streaming": True, "sidekiq": True},
        "app_metrics": {"enabled": True, "sidekiq_detailed": True},
        "mastodon_metrics_clients": [{"podSelector": {"matchLabels": {"app": "prometheus"}}}],
        "secrets_otp_secret": False,
        # Media on a volume, where static files have no place.
        "app_publish_assets": False,
        "database_pool_size": 30,
        "cache_clients": [{"podSelector": {"matchLabels": {"app": "keda-operator"}}}],
    },
}


def switches(options, given):
    """What is given, with every switch in it that is not given switched off."""
    made = dict(given)
    for name, option in options.items():
        below = option.get("options")
        if option["type"] == "bool":
            made.setdefault(name, False)
        elif option["type"] == "dict" and below and (name in given or not needs(below)):
            made[name] = switches(below, given.get(name) or {})
    return {name: value for name, value in made.items() if value != {}}


def needs(options):
    return any(option.get("required") or needs(option.get("options") or {}) for option in options.values())


def as_text(options, given):
    """The same with every switch as a text."""
    made = {}
    for name, value in given.items():
        option = options.get(name, {"type": "other"})
        if option["type"] == "bool":
            made[name] = str(value).lower()
        elif "options" in option and isinstance(value, dict):
            made[name] = as_text(option["options"], value)
        else:
            made[name] = value
    return made


def places(options, path=()):
    """Where switches are, as paths of names."""
    for name, option in options.items():
        if option["type"] == "bool":
            yield (*path, name)
        yield from places(option.get("options") or {}, (*path, name))


def at(value, path):
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


INSTANCES = {host: switches(OPTIONS, {**COMMON, **given}) for host, given in HOSTS.items()}


def render(directory, instances):
    """What the roles render for every instance, and what the playbook says of it."""
    hosts = {name: {**given, "mastodon_namespace": f"social-{name}"} for name, given in instances.items()}
    (directory / "inventory.yml").write_text(yaml.safe_dump({"mastodon": {"hosts": hosts}}))
    environment = {name: value for name, value in os.environ.items() if "KUBE" not in name and "K8S" not in name}
    done = subprocess.run(
        ["ansible-playbook", "fediverse.mastodon.site", "-i", "inventory.yml", "-e", "mastodon_mode=render", "-f", "1"],
        cwd=directory,
        env={**environment, "HOME": str(directory), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    files = sorted((directory / "rendered").glob("*/*.y*ml"))
    said = [line for line in done.stdout.splitlines() if " pods ask for " in line or " connections" in line]
    return {"said": said, **{str(file.relative_to(directory / "rendered")): file.read_text() for file in files}}


def test_every_switch_is_tried_out_in_both_forms():
    unused = [path for path in places(OPTIONS) if all(at(given, path) is None for given in INSTANCES.values())]
    assert unused == []
    for given in INSTANCES.values():
        texts = as_text(OPTIONS, given)
        assert {type(at(texts, path)) for path in places(OPTIONS) if at(given, path) is not None} == {str}


def test_texts_render_the_same_as_truth_values(tmp_path):
    for name in ("values", "texts"):
        (tmp_path / name).mkdir()
    values = render(tmp_path / "values", INSTANCES)
    texts = render(tmp_path / "texts", {host: as_text(OPTIONS, given) for host, given in INSTANCES.items()})
    assert {name.split("/")[0] for name in values} == {"said", *HOSTS}
    assert len(values["said"]) >= 2 * len(HOSTS)
    assert {name for name in values if values[name] != texts.get(name)} == set()


def test_no_plugin_reads_a_switch_as_it_was_given():
    names = [name for name, option in OPTIONS.items() if option["type"] == "bool"]
    use = re.compile(rf"""(get\(|\[)["']({"|".join(names)})["']""")
    lines = [line.strip() for file in ROOT.glob("plugins/**/*.py") for line in file.read_text().splitlines()]
    assert [line for line in lines if use.search(line) and "boolean(" not in line] == []


@pytest.mark.parametrize("role", ROLES)
def test_no_role_uses_a_switch_as_it_was_given(role):
    """Also where nothing is rendered: in when and in a module's arguments. Defaults may hand one on, but not ask it."""
    names = "|".join(name for name, option in OPTIONS.items() if option["type"] == "bool")
    given = rf"(?<![\w.'\"])({names})\b(?!:|\s*\|\s*"
    uses = {
        "tasks": f"{given}bool\\b)",
        "vars": f"{given}bool\\b)",
        "templates": f"{given}bool\\b)",
        "defaults": f"{given})",
    }
    found = []
    for part, use in uses.items():
        for file in (ROOT / "roles" / role / part).rglob("*.*"):
            code = [line for line in file.read_text().splitlines() if not line.lstrip().startswith("#")]
            found += [f"{file.relative_to(ROOT)}: {line.strip()}" for line in code if re.search(use, line)]
    assert found == []
