"""The double on a real cluster: `pytest tests/double/selfcheck`, KUBECONFIG of kind with CloudNativePG and S3."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cluster import ALLOWED_EMAIL, NAMESPACE, NEW, OLD, RAILS, S3, STREAMING, Pod, fresh_database, kubectl

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    if os.environ.get("KUBECONFIG"):
        return
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.skip(reason="needs a cluster: KUBECONFIG is not set"))


@pytest.fixture(scope="session", autouse=True)
def backing():
    """Images on the node; PostgreSQL, PgBouncer and Valkey in a namespace that enforces the restricted standard.

    DOUBLE_KEEP=1 leaves the namespace for the next run.
    """
    subprocess.run([HERE.parent / "build.sh", OLD, NEW, "4.6.6"], check=True)
    if not os.environ.get("DOUBLE_KEEP"):
        kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")
    kubectl("apply", "-f", str(HERE / "backing.yaml"))
    kubectl("wait", "--for=condition=Ready", "cluster/database", "--timeout=180s")
    kubectl("wait", "--for=condition=Ready", "pod/queue", "pod/cache", "--timeout=60s")
    kubectl("rollout", "status", "deployment/pooler", "--timeout=120s")
    yield
    if not os.environ.get("DOUBLE_KEEP"):
        kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@pytest.fixture(scope="session")
def job(backing):
    """A pod of the new release to run tasks in."""
    return Pod("job", env=RAILS).start()


@pytest.fixture(scope="session")
def old_job(backing):
    return Pod("old-job", env=RAILS, version=OLD).start()


@pytest.fixture(scope="session")
def prepared(job):
    """The main database, migrated, with an owner `alice`."""
    fresh_database(RAILS["DB_NAME"])
    job.run("bin/rails", "db:prepare")
    done = job.run(
        *("tootctl", "accounts", "create", "alice", "--email", "alice@example.org"),
        *("--role", "Owner", "--confirmed", "--approve"),
        **ALLOWED_EMAIL,
    )
    assert done.code == 0, done.err
    return job


@pytest.fixture(scope="session")
def token(prepared):
    """An access token of alice, made as one would make it on the original."""
    user = "Account.find_local('alice').user"
    code = f"puts Doorkeeper::AccessToken.create!(resource_owner_id: {user}.id, scopes: 'read write').token"
    return prepared.run("bin/rails", "runner", code).out.strip()


@pytest.fixture(scope="session")
def web(prepared):
    return Pod(
        "web", ("bundle", "exec", "puma", "-C", "config/puma.rb"), {**RAILS, **S3}, http=(3000, "/health")
    ).start()


@pytest.fixture(scope="session")
def sidekiq(prepared):
    """All queues but the scheduler's."""
    queues = [
        word for queue in ("default,8", "push,6", "ingress,4", "mailers,2", "pull", "fasp") for word in ("-q", queue)
    ]
    return Pod("sidekiq", ("bundle", "exec", "sidekiq", "-c", "3", *queues), RAILS, ready=READY).start()


@pytest.fixture(scope="session")
def streaming(prepared):
    return Pod("streaming", None, STREAMING, image="double-streaming", http=(4000, "/api/v1/streaming/health")).start()


READY = ("cat", "tmp/sidekiq_process_has_started_and_will_begin_processing_jobs")
