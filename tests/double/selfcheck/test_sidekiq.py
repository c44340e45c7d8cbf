"""Sidekiq on a real queue (mastodon.md 3.3, 3.6, 5.5)."""

from __future__ import annotations

import json
import time

import pytest
from cluster import RAILS, Pod, kubectl, queue

pytestmark = pytest.mark.cluster

READY = "tmp/sidekiq_process_has_started_and_will_begin_processing_jobs"


def push(worker, *arguments, name="default"):
    job = {"class": worker, "args": arguments, "queue": name, "jid": "0" * 24, "retry": True, "enqueued_at": 0}
    queue("lpush", f"queue:{name}", json.dumps(job))


def eventually(check, timeout=30):
    """The value of check() once it is true; it is asked again until then."""
    deadline = time.monotonic() + timeout
    while not (value := check()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {timeout} s: {check}")
        time.sleep(0.2)
    return value


def test_ready_file_title_and_heartbeat(sidekiq):
    assert sidekiq.run("test", "-f", READY).code == 0
    processes = sidekiq.run("ps", "-eo", "args").out.splitlines()
    assert any(line.startswith("sidekiq 8.1.6 mastodon [") for line in processes), processes

    def info():
        for identity in queue("smembers", "processes").splitlines():
            if identity.startswith("sidekiq:"):
                return json.loads(queue("hget", identity, "info"))
        return None

    found = eventually(info)
    assert found["queues"] == ["default", "push", "ingress", "mailers", "pull", "fasp"]
    assert found["concurrency"] == 3


def test_jobs_of_its_queues_are_done_and_no_others(sidekiq):
    before = int(queue("get", "stat:processed") or 0)
    push("TriggerWebhookWorker")
    eventually(lambda: int(queue("get", "stat:processed") or 0) > before)
    push("Scheduler::VacuumScheduler", name="scheduler")
    time.sleep(3)
    assert queue("llen", "queue:scheduler") == "1"
    queue("del", "queue:scheduler")


def test_a_failing_job_is_retried_later(sidekiq):
    push("NoSuchJob")
    assert eventually(lambda: queue("zcard", "retry") != "0")
    assert "uninitialized constant NoSuchJob" in queue("zrange", "retry", "0", "-1")
    queue("del", "retry")


def test_only_the_scheduler_process_enqueues_schedules(prepared):
    pod = Pod(
        "scheduler", ("bundle", "exec", "sidekiq", "-c", "1", "-q", "scheduler"), RAILS, ready=("cat", READY)
    ).start()
    eventually(lambda: "repair_remote_collections_scheduler" in queue("hkeys", "sidekiq-scheduler:last_times"))
    eventually(lambda: "Scheduler::RepairRemoteCollectionsScheduler" in pod.logs())
    pod.delete()


def test_term_waits_for_the_running_job_and_takes_the_ready_file_away(prepared):
    pod = Pod("ending", ("bundle", "exec", "sidekiq", "-c", "1", "-q", "ending"), RAILS, ready=("cat", READY)).start()
    push("DoubleSleepWorker", 8, name="ending")
    eventually(lambda: queue("llen", "queue:ending") == "0")
    kubectl("delete", "pod", "ending", "--wait=false")
    eventually(lambda: pod.run("test", "-f", READY).code == 1)
    eventually(lambda: "DoubleSleepWorker" in pod.logs())
    assert "done in 8." in pod.logs()


def test_a_job_longer_than_the_timeout_goes_back(prepared):
    words = ("bundle", "exec", "sidekiq", "-c", "1", "-t", "1", "-q", "long")
    pod = Pod("long", words, RAILS, ready=("cat", READY)).start()
    push("DoubleSleepWorker", 60, name="long")
    eventually(lambda: queue("llen", "queue:long") == "0")
    pod.delete()
    assert queue("llen", "queue:long") == "1"
    queue("del", "queue:long")


def test_a_prefix_without_host_is_the_base_as_a_whole(prepared):
    """SIDEKIQ_REDIS_DB alone does not count; with a host, the base's password is not inherited."""
    words = ("timeout", "5", "bundle", "exec", "sidekiq", "-q", "none")
    base = prepared.run(*words, SIDEKIQ_REDIS_DB="5")
    assert "Running, queues none" in base.out
    assert queue("-n", "5", "exists", "processes").endswith("0")
    alone = prepared.run(*words, SIDEKIQ_REDIS_HOST="queue")
    assert alone.code == 1
    assert "Authentication required" in alone.err


def test_tls_needs_the_ruby_driver(prepared):
    done = prepared.run("bundle", "exec", "sidekiq", REDIS_URL="rediss://queue:6379/0")
    assert done.code == 1
    assert "REDIS_DRIVER=ruby" in done.err


def test_a_read_only_tmp_ends_the_process(prepared):
    pod = Pod("no-tmp", ("bundle", "exec", "sidekiq", "-q", "none"), RAILS, wait_for="Failed")
    manifest = pod.manifest()
    mounts = manifest["spec"]["containers"][0]["volumeMounts"]
    mounts[:] = [mount for mount in mounts if mount["name"] != "mastodon-tmp"]
    pod.manifest = lambda: manifest
    assert "Read-only file system" in pod.start().logs()
    pod.delete()


def test_metrics_are_served_where_they_are_turned_on(prepared):
    names = ("ENABLED", "LOCAL", "SIDEKIQ_DETAILED_METRICS")
    env = {**RAILS, **{f"MASTODON_PROMETHEUS_EXPORTER_{name}": "true" for name in names}}
    words = ("bundle", "exec", "sidekiq", "-c", "1", "-q", "measured")
    pod = Pod("measured", words, env, ready=("cat", READY)).start()
    push("DoubleSleepWorker", 20, name="measured")
    push("TriggerWebhookWorker", name="measured")
    eventually(lambda: "sidekiq_process_busy 1" in pod.get("/metrics", port=9394).body)
    assert 'sidekiq_queue_backlog{queue="measured"} 1' in pod.get("/metrics", port=9394).body
    queue("del", "queue:measured")
    kubectl("delete", "pod", "measured", "--grace-period=1")
    queue("del", "queue:measured")
