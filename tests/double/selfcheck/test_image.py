"""The image keeps the layout of Mastodon's, and runs where it may only."""

from __future__ import annotations

import json

import pytest
from cluster import NEW, RAILS, STREAMING, Pod, kubectl

pytestmark = pytest.mark.cluster


def test_user_and_directories(job):
    assert job.run("id", "-u").out.strip() == job.run("id", "-g").out.strip() == "991"
    assert job.run("pwd").out.strip() == "/opt/mastodon"
    assert job.run("readlink", "/mastodon").out.strip() == "/opt/mastodon"


def test_only_tmp_and_public_system_are_the_users(job):
    owned = job.run("find", "/opt/mastodon", "/usr/local", "-xdev", "-uid", "991").out.split()
    assert owned == ["/opt/mastodon/public/system"]  # tmp is a volume here


def test_a_command_must_be_given(backing):
    """The rails image has no CMD, so tini has nothing to start."""
    pod = Pod("no-command", None, RAILS, wait_for="Failed").start()
    assert pod.state()["terminated"]["exitCode"] != 0
    pod.delete()


def test_each_image_holds_its_own_programs(job, streaming):
    assert job.run("node", "--version").code == 127
    assert streaming.run("bundle", "exec", "puma").code == 127


def test_image_user_is_a_name(backing):
    """runAsNonRoot alone cannot verify it, as with Mastodon's images."""
    manifest = Pod("by-name", env=RAILS).manifest()
    for name in ("runAsUser", "runAsGroup"):
        del manifest["spec"]["securityContext"][name]
    kubectl("apply", "-f", "-", given=json.dumps(manifest))
    reason = "jsonpath={.status.containerStatuses[0].state.waiting.reason}=CreateContainerConfigError"
    kubectl("wait", f"--for={reason}", "pod/by-name", "--timeout=30s")
    kubectl("delete", "pod", "by-name")


def test_every_process_says_what_it_is(web, sidekiq, streaming, job):
    for pod in (web, sidekiq, streaming):
        assert f"this is NOT Mastodon but a test double of {NEW}" in pod.logs()
    assert "NOT Mastodon" in job.run("tootctl", "version").err


def test_refuses_where_nothing_says_that_it_is_a_test_cluster(job):
    outside = job.run("bin/rails", "db:version", KUBERNETES_SERVICE_HOST=None)
    assert outside.code == 1
    assert "no cluster" in outside.err
    assert job.run("bin/rails", "db:version", KUBERNETES_SERVICE_HOST=None, MASTODON_DOUBLE_ALLOWED="1").code == 0


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"RAILS_ENV": None}, "RAILS_ENV"),
        ({"REDIS_NAMESPACE": ""}, "REDIS_NAMESPACE"),
        ({"SECRET_KEY_BASE": None}, "secret_key_base"),
        ({"TRUSTED_PROXY_IP": "10.0.0.0/8, gateway"}, "invalid address: gateway"),
    ],
)
@pytest.mark.parametrize("command", ["bundle exec puma -C config/puma.rb", "bundle exec sidekiq", "tootctl version"])
def test_every_rails_process_refuses_the_same_environment(job, env, message, command):
    done = job.run(*command.split(), **env)
    assert done.code == 1
    assert message in done.err


def test_streaming_refuses_what_node_refuses(backing):
    pod = Pod("bad-streaming", None, {**STREAMING, "DB_PORT": "x"}, image="double-streaming", wait_for="Failed").start()
    assert "Invalid DB_PORT environment variable: x" in pod.logs()
    pod.delete()
