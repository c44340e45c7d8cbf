"""playbooks/verify.yml as its user runs it, of an instance that this collection did not deploy."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from support.fediverse import APEX, MEDIA, WEB, Fediverse
from support.loopback import Authority, serving

ROOT = Path(__file__).parents[3]


@pytest.fixture
def instance(tmp_path):
    """Serves a fediverse and returns what leads to it, as extra variables."""
    with ExitStack() as running:

        def start(fediverse):
            bed = running.enter_context(serving(Authority(tmp_path), fediverse))
            return {"edge_resolve": list(bed.resolve), "edge_ca_file": str(bed.authority.path)}

        yield start


def verify(directory, *, inventory=None, groups=None, **variables):
    """Without a cluster, and without an inventory unless one is given, as groups of hosts with their variables."""
    environment = {name: value for name, value in os.environ.items() if "KUBE" not in name and "K8S" not in name}
    command = ["ansible-playbook", "fediverse.mastodon.verify", "-e", json.dumps(variables)]
    if inventory is not None:
        groups = {group: {"hosts": hosts} for group, hosts in inventory.items()}
    if groups is not None:
        file = directory / "inventory.yml"
        file.write_text(yaml.safe_dump(groups))
        command += ["-i", str(file)]
    return subprocess.run(
        command, cwd=ROOT, env={**environment, "HOME": str(directory)}, capture_output=True, text=True, check=False
    )


def test_the_web_domain_alone_is_enough(instance, tmp_path):
    done = verify(tmp_path, mastodon_web_domain=WEB, **instance(Fediverse()))
    assert done.returncode == 0, done.stdout
    assert "ok: C1 C2 C3" in done.stdout
    assert "What other servers rely on holds in every clause." in done.stdout


def test_a_fault_is_told_with_its_cure_and_fails(instance, tmp_path):
    def without_cors(ask, answer):
        return answer.but(Access_Control_Allow_Origin=None) if ask.host == APEX else answer

    report = tmp_path / "report.json"
    reach = instance(Fediverse(change=without_cors))
    done = verify(tmp_path, mastodon_web_domain=WEB, verify_report=str(report), **reach)
    assert done.returncode == 2
    assert "C5 CORS: drift; got" in done.stdout and "Set the header to * there" in done.stdout
    assert "What other servers rely on does not hold in C5." in done.stdout
    told = json.loads(report.read_text())
    assert (told["ok"], told["drift"], told["local_domain"]) == (False, ["C5"], APEX)


def test_a_name_that_is_none_is_one_sentence(tmp_path):
    done = verify(tmp_path, mastodon_web_domain="https://social.example.org/")
    assert done.returncode == 2
    assert "'https://social.example.org/' is not a domain name such as social.example.org." in done.stdout
    assert "Traceback" not in done.stdout


def test_an_inventory_s_instances_are_its_group_mastodon(instance, tmp_path):
    first = {"mastodon_web_domain": WEB, "mastodon_local_domain": APEX, **instance(Fediverse())}
    done = verify(tmp_path, inventory={"mastodon": {"first": first}, "web": {"other": {}}})
    assert done.returncode == 0, done.stdout
    assert "ok: [first]" in done.stdout
    assert "[localhost]" not in done.stdout and "[other]" not in done.stdout


def test_a_domain_that_is_named_is_asked_alone_whatever_the_inventory_holds(instance, tmp_path):
    ours = {"mastodon_web_domain": "social.invalid", "mastodon_local_domain": "invalid"}
    done = verify(tmp_path, inventory={"mastodon": {"first": ours}}, mastodon_web_domain=WEB, **instance(Fediverse()))
    assert done.returncode == 0, done.stdout
    assert "ok: [localhost]" in done.stdout and "[first]" not in done.stdout


BUCKET = {"storage_backend": "s3", "storage_endpoint": "https://s3.invalid", "storage_bucket": "media"}


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({}, None),
        ({**BUCKET, "storage_alias_host": MEDIA}, None),
        ({**BUCKET, "storage_alias_host": "cdn.invalid"}, "cdn.invalid"),
        (BUCKET, "s3.invalid"),
        ({"verify_media_host": "other.invalid"}, "other.invalid"),
    ],
)
def test_media_are_judged_by_the_host_that_the_inventory_tells(instance, tmp_path, told, fault):
    first = {"mastodon_web_domain": WEB, "mastodon_local_domain": APEX, **told, **instance(Fediverse())}
    done = verify(tmp_path, inventory={"mastodon": {"first": first}})
    assert done.returncode == (2 if fault else 0), done.stdout
    assert ("media" in done.stdout and f"without {fault}" in done.stdout) == bool(fault), done.stdout


def test_of_a_domain_that_is_named_the_inventory_tells_no_media(instance, tmp_path):
    everybody = {"all": {"hosts": {"other": {}}, "vars": BUCKET}}
    done = verify(tmp_path, groups=everybody, mastodon_web_domain=WEB, **instance(Fediverse()))
    assert done.returncode == 0, done.stdout


def test_each_host_has_a_report_of_its_own(instance, tmp_path):
    one = {"mastodon_web_domain": WEB, "mastodon_local_domain": APEX, **instance(Fediverse())}
    hosts = {"mastodon": {"first": one, "second": one}}
    refused = verify(tmp_path, inventory=hosts, verify_report=str(tmp_path / "report.json"))
    assert refused.returncode == 2
    assert "-e 'verify_report=report-{{ inventory_hostname }}.json'" in refused.stdout
    assert list(tmp_path.glob("report*")) == []
    done = verify(tmp_path, inventory=hosts, verify_report=f"{tmp_path}/report-{{{{ inventory_hostname }}}}.json")
    assert done.returncode == 0, done.stdout
    assert {path.name for path in tmp_path.glob("report*")} == {"report-first.json", "report-second.json"}


@pytest.mark.parametrize(
    ("inventory", "host"),
    [(None, "localhost"), ({"web": {"other": {}}}, "localhost"), ({"mastodon": {"one": {}}}, "one")],
)
def test_without_a_domain_the_variable_and_the_cure_are_named(tmp_path, inventory, host):
    done = verify(tmp_path, inventory=inventory)
    assert done.returncode == 2
    assert f"mastodon_web_domain is not set for {host}, so there is no instance to ask: name the domain" in done.stdout
    assert "is undefined" not in done.stdout + done.stderr
