"""Taking an instance away keeps its data, and the next run continues with them; only its domain deletes them."""

from __future__ import annotations

import base64
import json

import pytest
from support.history import History, first
from support.playbooks import kubectl, objects, playbook, prepare, site
from support.rails import until

pytestmark = pytest.mark.cluster

NAMESPACE = "remove-e2e"
INSTANCE = {
    "mastodon_local_domain": "remove.test",
    "mastodon_namespace": NAMESPACE,
    "mastodon_owner_username": "alice",
    "mastodon_owner_email": "alice@remove.test",
    "storage_backend": "pvc",
    "storage_claim_access_mode": "ReadWriteOnce",
    "storage_single_node": True,
    # The test cluster may be one small node that others use as well.
    "database_cpu": "10m",
    "app_sizes": {
        **{part: {"requests": {"cpu": "10m"}} for part in ("web", "streaming", "job")},
        "sidekiq": {"all": {"requests": {"cpu": "10m"}}},
    },
}
KEPT = {
    "Cluster/mastodon-database",
    "PersistentVolumeClaim/mastodon-queue",
    "PersistentVolumeClaim/mastodon-media",
    "Secret/mastodon-secrets",
    "Secret/mastodon-valkey",
    "Secret/mastodon-owner",
}

BEHIND = ("queue", "database-pooler")
APPLICATION = ("web", "streaming", "sidekiq", *BEHIND)


def converge(scratch):
    run = site({"remove": INSTANCE}, scratch)
    assert run.code == 0, run.output[-5000:]
    return run


def remove(scratch, *arguments):
    return playbook("fediverse.mastodon.remove", {"remove": INSTANCE}, scratch, *arguments)


def remaining(run):
    """What the playbook tells of data that are still there."""
    return {name for name in KEPT if name in run.output}


def key():
    """A byte of the keys that must survive, without saying it."""
    data = json.loads(kubectl("-n", NAMESPACE, "get", "secret", "mastodon-secrets", "-o", "json"))["data"]
    return hash(base64.b64decode(data["SECRET_KEY_BASE"]))


def account():
    """The owner's identity as the database knows it."""
    pod = kubectl("-n", NAMESPACE, "get", "cluster", "mastodon-database", "-o", "jsonpath={.status.currentPrimary}")
    sql = "select id, public_key from accounts where username = 'alice' and domain is null"
    return kubectl(
        *("-n", NAMESPACE, "exec", pod, "-c", "postgres", "--"), "psql", "-At", "-d", "mastodon", "-c", sql
    ).strip()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("remove")


@pytest.fixture(scope="module", autouse=True)
def instance(scratch):
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")
    prepare({"remove": INSTANCE}, scratch)
    converge(scratch)
    yield
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")


def test_an_instance_that_is_not_the_one_in_the_namespace_is_left_alone(scratch):
    run = remove(scratch, "-e", "mastodon_local_domain=other.test")
    assert run.code != 0
    assert "holds the instance remove.test, not other.test" in run.failures
    assert objects("deployments", NAMESPACE)


def test_data_are_deleted_by_no_other_word_than_the_domain(scratch):
    run = remove(scratch, "-e", "mastodon_remove_data=yes")
    assert run.code != 0
    assert "Nothing was touched" in run.failures
    assert objects("deployments", NAMESPACE)


def pods(names):
    found = [one["metadata"]["name"] for one in objects("pods", NAMESPACE)]
    return [pod for pod in found for name in names if pod.startswith(f"mastodon-{name}-")]


def assert_workers_ended_first(events):
    """Unfinished jobs go back into the queue and the database: neither goes before the last process has ended."""
    of = {name: [event for event in events if event.name.startswith(f"mastodon-{name}-")] for name in APPLICATION}
    ended = [first(seen, is_over).moment for name, seen in of.items() if name not in BEHIND]
    leaving = [first(of[name], lambda event: "deletionTimestamp" in event.object["metadata"]).moment for name in BEHIND]
    assert max(ended) < min(leaving)


def is_over(event):
    return event.type == "DELETED" or event.object["status"].get("phase") in ("Succeeded", "Failed")


@pytest.fixture(scope="module")
def predicted(scratch):
    run = remove(scratch, "--check")
    assert run.code == 0, run.output[-3000:]
    return run.changed_objects


def test_check_mode_tells_what_removing_does_and_touches_nothing(predicted):
    told = {name for name, action in predicted.items() if action == "pruned"}
    assert {"Deployment mastodon-web", "HTTPRoute mastodon-web", "StatefulSet mastodon-queue"} <= told
    assert not {one.replace("/", " ") for one in KEPT} & told
    assert objects("deployments", NAMESPACE)


def test_everything_goes_but_the_data_and_the_next_run_continues_with_them(scratch, predicted):
    before = key(), account()
    history = History("pods", NAMESPACE, scratch)
    run = remove(scratch)
    until(lambda: not pods(APPLICATION))
    assert_workers_ended_first(history.end())
    assert run.code == 0, run.output[-3000:]
    assert run.changed_objects == predicted
    order = [name.partition(" ")[0] for name in run.changed_objects]
    assert order.index("HTTPRoute") < order.index("Deployment") < order.index("StatefulSet") < order.index("Pooler")
    assert remaining(run) == KEPT
    for kind in ("httproutes", "deployments", "statefulsets", "jobs", "cronjobs"):
        # What operators made goes with what they made it for.
        ours = [one["metadata"] for one in objects(kind, NAMESPACE) if "ownerReferences" not in one["metadata"]]
        assert [one["name"] for one in ours if "deletionTimestamp" not in one] == []
    assert "run fediverse.mastodon.site again" in run.output
    again = remove(scratch)
    assert again.code == 0
    assert again.changed_tasks == []
    converge(scratch)
    assert (key(), account()) == before


def test_the_domain_repeated_deletes_the_data_too(scratch):
    run = remove(scratch, "-e", "mastodon_remove_data=remove.test")
    assert run.code == 0, run.output[-3000:]
    assert remaining(run) == set()
    deleted = {name.replace(" ", "/") for name, action in run.changed_objects.items() if action == "pruned"}
    assert deleted >= KEPT | {"ConfigMap/mastodon-domains", "ConfigMap/mastodon-migrations"}
    kubectl(
        "-n", NAMESPACE, "wait", "--for=delete", "cluster/mastodon-database", "pvc/mastodon-queue", "--timeout=120s"
    )
    # What the administrator brought along stays.
    assert "mastodon-tls" in {one["metadata"]["name"] for one in objects("secrets", NAMESPACE)}
    again = remove(scratch, "-e", "mastodon_remove_data=remove.test")
    assert again.code == 0
    assert again.changed_tasks == []
