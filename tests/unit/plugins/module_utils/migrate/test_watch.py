"""Waiting for a Job while its node comes and goes."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate import _watch
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._watch import Watch

COMPLETE = {"conditions": [{"type": "Complete", "status": "True"}], "completionTime": "2026-02-01T00:00:00Z"}
RUNNING, CREATING = {"running": {}}, {"waiting": {"reason": "ContainerCreating"}}


def pod(state, ready):
    conditions = [{"type": "Ready", "status": str(ready)}]
    containers = [{"name": "job", "state": state, "ready": ready}]
    status = {"phase": "Running", "conditions": conditions, "containerStatuses": containers}
    return {"metadata": {"name": "pod", "creationTimestamp": "t"}, "status": status}


WORKS, UNREACHABLE, STARTING = pod(RUNNING, True), pod(RUNNING, False), pod(CREATING, False)


class Cluster:
    """A Job whose Pod looks like each of these in turn, and which is complete then."""

    def __init__(self, *looks):
        self.looks = list(looks)

    def get(self, *_identity):
        return {"metadata": {"name": "job"}, "status": {} if self.looks else COMPLETE}

    def list(self, *_selection, **_options):
        return [found for found in [self.looks.pop(0) if self.looks else None] if found]

    def logs(self, *_pod, tail):
        return "migrating"


@pytest.fixture(autouse=True)
def long_steps(monkeypatch):
    """Every look comes after all the time that a Job has to start."""
    now = [0.0]
    monkeypatch.setattr(_watch.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(_watch.time, "sleep", lambda _seconds: now.__setitem__(0, now[0] + 100))


@pytest.mark.parametrize("looks", [(WORKS, UNREACHABLE, WORKS), (WORKS, None, None, WORKS), (UNREACHABLE, UNREACHABLE)])
def test_what_has_begun_is_not_taken_for_what_never_started(looks):
    watch = Watch(Cluster(*looks), "social", "job", Progress(None))
    assert watch.finish(start_timeout=60, deadline=10_000) is True


def test_what_does_not_start_is_given_up():
    with pytest.raises(Failure, match="has not started in 60 seconds"):
        Watch(Cluster(STARTING, STARTING, STARTING), "social", "job", Progress(None)).finish(
            start_timeout=60, deadline=10_000
        )
