"""Commands of Mastodon in Jobs: lines as they come, exit codes, refusals, killed runs, the template that is kept."""

from __future__ import annotations

import json
import subprocess

import pytest
from support.modules import Module, run
from support.playbooks import kubectl
from support.rails import Instance, Server, until

pytestmark = pytest.mark.cluster

SLOW = '$stdout.sync = true; 8.times { |n| puts "line #{n}"; sleep 0.5 }'


@pytest.fixture(scope="module")
def instance():
    server = Server.start()
    instance = Instance(server)
    done = run(
        "mastodon_migrate",
        namespace=instance.namespace,
        phase="before_rollout",
        job_template=instance.template(),
        database=instance.database,
    )
    assert not done.failed, done.output
    yield instance
    instance.remove()
    kubectl("delete", "namespace", server.namespace, "--wait=false")


def options(instance, command, **chosen):
    return {"namespace": instance.namespace, "command": command, "job_template": instance.template(), **chosen}


def tootctl(instance, command, *arguments, **chosen):
    return run("mastodon_tootctl", *arguments, **options(instance, command, **chosen))


def ruby(code):
    command = f"rails runner '{code}'"
    return {"command": command, "confirm": command}


def jobs(instance):
    return [job for job in instance.objects("jobs") if job["metadata"]["name"].startswith("mastodon-tootctl-")]


def test_lines_and_code_come_back_and_reading_is_no_change(instance):
    usage = tootctl(instance, "tootctl media usage")
    assert not usage.failed, usage.output
    assert usage["rc"] == 0
    assert any(line.startswith("Avatars") for line in usage["lines"])
    assert usage["changed"] is False
    (job,) = [job for job in jobs(instance) if job["metadata"]["name"] == usage["job"]]
    assert job["spec"]["ttlSecondsAfterFinished"] == 86400


def test_a_failed_command_fails_with_its_code_and_words(instance):
    failed = tootctl(instance, "tootctl media remove --prune-profiles --remove-headers --dry-run")
    assert failed.failed
    assert failed["rc"] == 1
    assert "should not be specified simultaneously" in failed["msg"]
    code = tootctl(instance, **ruby("puts :before; exit 7"))
    assert (code.failed, code["rc"], code["lines"][-1]) == (True, 7, "before")


def test_lines_are_printed_while_the_command_runs(instance):
    running = Module("mastodon_tootctl", **options(instance, **ruby(SLOW)))
    for line in running._process.stdout:
        if "line 2" in line:
            break
    (job,) = [job for job in jobs(instance) if "line #{n}" in json.dumps(job["spec"])]
    assert "completionTime" not in (job.get("status") or {}), "the line was printed only after the command's end"
    rest = running._process.communicate()[0]
    assert "line 7" in rest


def test_what_destroys_is_run_only_when_it_is_repeated(instance):
    before = len(jobs(instance))
    refused = tootctl(instance, "tootctl domains purge gone.example")
    assert refused.failed
    assert "tootctl domains purge gone.example" in refused["msg"]
    other = tootctl(instance, "tootctl domains purge gone.example", confirm="tootctl domains purge other.example")
    assert other.failed
    assert len(jobs(instance)) == before
    done = tootctl(instance, "tootctl domains purge gone.example", confirm="tootctl domains purge gone.example")
    assert not done.failed, done.output
    assert done["changed"] is True


@pytest.mark.parametrize(
    "command", ["tootctl self-destruct", "rails console", "tootctl accounts create bob --email bob@example.org"]
)
def test_what_a_job_cannot_do_is_refused_before_it_is_made(instance, command):
    before = len(jobs(instance))
    assert tootctl(instance, command, confirm=command).failed
    assert len(jobs(instance)) == before


def test_check_mode_runs_nothing(instance):
    before = len(jobs(instance))
    command = "tootctl accounts approve --all"
    predicted = tootctl(instance, command, "--check", confirm=command)
    assert not predicted.failed, predicted.output
    assert (predicted["changed"], "rc" in predicted.result) == (True, False)
    assert len(jobs(instance)) == before


def test_a_killed_run_is_taken_up_by_the_next(instance):
    command = ruby("puts :begun; sleep 12; puts $$")
    killed = Module("mastodon_tootctl", **options(instance, **command))
    until(lambda: any("sleep 12" in json.dumps(job["spec"]) for job in jobs(instance)))
    killed.kill()
    taken = tootctl(instance, **command)
    assert not taken.failed, taken.output
    assert "following it" in taken.output
    assert taken["lines"].count("begun") == 1


def test_nothing_secret_is_shown(instance):
    code = (
        "puts %q(REDIS_PASSWORD=) + ENV.fetch(%q(REDIS_PASSWORD)); puts %q(postgres://u:) + ENV[%q(DB_PASS)] + %q(@h/d)"
    )
    loud = run("mastodon_tootctl", "-vvvv", **options(instance, **ruby(code)))
    assert not loud.failed, loud.output
    assert loud["lines"][-1] == "postgres://u:(hidden)@h/d"
    assert instance.server.password not in json.dumps(loud["lines"])


def test_the_template_that_the_cluster_keeps_is_enough(instance):
    missing = run("mastodon_tootctl", namespace=instance.namespace, command="tootctl version")
    assert missing.failed
    assert "run the playbook site once" in missing["msg"]
    job = instance.template()
    holder = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "mastodon-tootctl", "namespace": instance.namespace},
        "spec": {"schedule": "0 0 31 2 *", "suspend": True, "jobTemplate": {"spec": job["spec"]}},
    }
    subprocess.run(["kubectl", "apply", "-f", "-"], input=json.dumps(holder), text=True, check=True)
    found = run("mastodon_tootctl", namespace=instance.namespace, command="tootctl version")
    assert not found.failed, found.output
    assert any("4.6.5" in line for line in found["lines"])
