"""What cannot be undone is done only to instances that are named: playbooks remove and tootctl, without a cluster."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
import yaml

HOSTS = {
    name: {"mastodon_local_domain": f"{name}.example", "mastodon_namespace": name, "kubeconfig": "/nonexistent"}
    for name in ("first", "second", "third")
}
DELETE = {"tootctl_command": "tootctl accounts delete bob", "tootctl_confirm": "tootctl accounts delete bob"}
READ = {"tootctl_command": "tootctl media usage"}
REFUSED = "Name the one that is meant, such as --limit "


@pytest.fixture(name="run")
def fixture_run(tmp_path):
    def run(name, *arguments, hosts=tuple(HOSTS), **variables):
        inventory = {"mastodon": {"hosts": {host: HOSTS[host] for host in hosts}}}
        (tmp_path / "inventory.yml").write_text(yaml.safe_dump(inventory))
        environment = {key: value for key, value in os.environ.items() if "KUBE" not in key and "K8S" not in key}
        command = ["ansible-playbook", "-i", "inventory.yml", f"fediverse.mastodon.{name}", *arguments]
        done = subprocess.run(
            [*command, "-e", json.dumps(variables)],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            env={**environment, "HOME": str(tmp_path), "ANSIBLE_NOCOLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    return run


def reached(output, task):
    """The instances at which the task looked for their cluster, which there is none of."""
    return [host for host in HOSTS if f"[{host}]: FAILED!" in output.partition(f"{task}]")[2]]


@pytest.mark.parametrize(
    "arguments",
    [(), ("--limit", "mastodon"), ("--limit", "all"), ("--limit", "first,sec*"), ("--limit", "!third"), ("--check",)],
    ids=" ".join,
)
def test_several_instances_that_nobody_named_are_left_alone(run, arguments):
    output = run("remove", *arguments)
    assert REFUSED + "first" in output
    assert "Take the instance away" not in output


def test_a_group_is_no_name(run):
    assert REFUSED in run("remove", mastodon_hosts="mastodon")


@pytest.mark.parametrize(
    ("arguments", "variables", "hosts"),
    [
        (("--limit", "second"), {}, ["second"]),
        (("--limit", "first,third"), {}, ["first", "third"]),
        ((), {"mastodon_hosts": "first,second"}, ["first", "second"]),
        ((), {"mastodon_hosts": ["first", "second"]}, ["first", "second"]),
        # One that the pattern leaves is one that is seen.
        (("--limit", "th*"), {}, ["third"]),
    ],
    ids=str,
)
def test_those_that_are_named_are_meant(run, arguments, variables, hosts):
    output = run("remove", *arguments, **variables)
    assert REFUSED not in output
    assert reached(output, "Take the instance away") == hosts


def test_the_only_instance_needs_no_name(run):
    output = run("remove", hosts=["first"])
    assert REFUSED not in output
    assert "[first]: FAILED!" in output.partition("Take the instance away")[2]


def test_a_confirmed_command_is_confirmed_for_instances_by_name(run):
    refused = run("tootctl", "--check", **DELETE)
    assert REFUSED in refused
    assert "[Run the command]" not in refused
    named = run("tootctl", "--check", "--limit", "first,second", **DELETE)
    assert reached(named, "Run the command") == ["first", "second"]


@pytest.mark.parametrize("variables", [{}, {"tootctl_command": ""}, {"tootctl_command": " "}], ids=str)
def test_a_command_that_nobody_was_asked_for_is_named(run, variables):
    output = run("tootctl", "--limit", "first", **variables)
    assert "tootctl_command is empty, and nothing was run" in " ".join(output.split())
    assert "[Run the command]" not in output


def test_what_only_reads_runs_everywhere(run):
    # The confirmation is empty where a survey's question is left out.
    output = run("tootctl", "--check", **READ, tootctl_confirm="")
    assert REFUSED not in output
    assert reached(output, "Run the command") == list(HOSTS)
