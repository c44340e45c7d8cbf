"""Secrets on a real API server: nothing that exists is touched, races included, and no value ever shows (T11-T17)."""

import base64
import json
import os
import subprocess
import threading
import uuid

import pytest
import yaml
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._keep import Keeper
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._keys import APPLICATION_KEYS, VALKEY_KEYS
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._plan import Wanted, new_values
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._refusal import Consent
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._report import result

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        not os.environ.get("KUBECONFIG"), reason="needs a cluster: KUBECONFIG is not set (run make api)"
    ),
]

SECRETS = [Wanted("mastodon-secrets", APPLICATION_KEYS), Wanted("mastodon-valkey", VALKEY_KEYS)]


@pytest.fixture
def cluster():
    return connect({})


@pytest.fixture
def namespace(cluster):
    name = f"account-{uuid.uuid4().hex[:8]}"
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.delete("v1", "Namespace", name)


def keep(cluster, namespace, *, check_mode=False, secrets=SECRETS, **consent):
    reports = Keeper(cluster, namespace, Consent(**consent), check_mode=check_mode).keep(secrets)
    return result(namespace, reports)


def actions(made):
    return [secret["action"] for secret in made["secrets"]]


def data(cluster, namespace, name="mastodon-secrets"):
    secret = cluster.get("v1", "Secret", name, namespace)
    return None if secret is None else dict(secret.get("data") or {})


def give(cluster, namespace, values, name="mastodon-secrets", **metadata):
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    identity = {"name": name, "namespace": namespace}
    cluster.create({"apiVersion": "v1", "kind": "Secret", "metadata": {**identity, **metadata}, "data": encoded})
    return encoded


def configmap(cluster, namespace, name):
    cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}})


def test_first_run_second_run_and_the_check_before_each(cluster, namespace):
    predicted = keep(cluster, namespace, check_mode=True)
    assert data(cluster, namespace) is None
    made = keep(cluster, namespace)
    assert actions(made) == actions(predicted) == ["created", "created"]
    assert made["diff"][0]["after"]["data"] == predicted["diff"][0]["after"]["data"]

    first = data(cluster, namespace), data(cluster, namespace, "mastodon-valkey")
    sent = cluster.requests
    again = keep(cluster, namespace)
    assert cluster.requests - sent == len(SECRETS)
    assert actions(again) == actions(keep(cluster, namespace, check_mode=True)) == ["unchanged", "unchanged"]
    assert not again["changed"]
    assert (data(cluster, namespace), data(cluster, namespace, "mastodon-valkey")) == first


def test_only_missing_keys_are_added(cluster, namespace):
    given = give(cluster, namespace, new_values(["SECRET_KEY_BASE"]) | {"MINE": "own"})
    made = keep(cluster, namespace)
    assert made["secrets"][0]["kept"] == ["SECRET_KEY_BASE"]
    assert set(made["secrets"][0]["generated"]) == set(APPLICATION_KEYS) - {"SECRET_KEY_BASE"}
    held = data(cluster, namespace)
    assert {key: held[key] for key in given} == given
    assert set(held) == {*APPLICATION_KEYS, "MINE"}


@pytest.mark.parametrize("given", [None, ["SECRET_KEY_BASE"]], ids=["absent", "partial"])
def test_racing_runs_end_with_one_set_of_keys(cluster, namespace, given):
    if given:
        give(cluster, namespace, new_values(given))
    seen, start = [], threading.Barrier(6)

    def run():
        own = connect({})
        own.get("v1", "Namespace", namespace)
        start.wait()
        made = keep(own, namespace, secrets=SECRETS[:1])
        seen.append((actions(made)[0], data(own, namespace)))

    threads = [threading.Thread(target=run) for _run in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(action for action, _data in seen) == ["changed" if given else "created"] + ["unchanged"] * 5
    assert all(held == data(cluster, namespace) for _action, held in seen)


def test_a_write_that_slips_in_is_never_overwritten(cluster, namespace):
    """Somebody adds a key between our reading the Secret and our writing it."""
    give(cluster, namespace, new_values(["SECRET_KEY_BASE"]))
    theirs = {key: base64.b64encode(value.encode()).decode() for key, value in new_values(APPLICATION_KEYS[1:]).items()}
    patch = cluster.patch

    def patch_after_them(api_version, kind, name, where, body, **options):
        cluster.patch = patch
        patch("v1", "Secret", "mastodon-secrets", namespace, {"data": theirs})
        return patch(api_version, kind, name, where, body, **options)

    cluster.patch = patch_after_them
    made = keep(cluster, namespace, secrets=SECRETS[:1])
    assert made["secrets"][0]["generated"] == []
    held = data(cluster, namespace)
    assert {key: held[key] for key in theirs} == theirs


def test_a_missing_namespace_is_predicted_and_refused(cluster):
    missing = f"account-{uuid.uuid4().hex[:8]}"
    assert actions(keep(cluster, missing, check_mode=True)) == ["created", "created"]
    with pytest.raises(Failure, match=f"Namespace {missing} does not exist: run the role"):
        keep(cluster, missing)


def volume(cluster, namespace):
    cluster.create(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "media", "namespace": namespace, "labels": {"app.kubernetes.io/part-of": "mastodon"}},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}},
        }
    )


def database(cluster, namespace):
    cluster.create(
        {
            "apiVersion": "postgresql.cnpg.io/v1",
            "kind": "Cluster",
            "metadata": {"name": "mastodon-database", "namespace": namespace},
            # On no node: its being there is all that counts.
            "spec": {"instances": 1, "storage": {"size": "1Gi"}, "affinity": {"nodeSelector": {"no": "where"}}},
        }
    )


@pytest.mark.parametrize(
    ("evidence", "named"),
    [
        (database, "Cluster mastodon-database"),
        (lambda *where: configmap(*where, "mastodon-migrations"), "ConfigMap mastodon-migrations"),
        (lambda *where: configmap(*where, "mastodon-domains"), "ConfigMap mastodon-domains"),
        (volume, "PersistentVolumeClaim media"),
    ],
)
def test_new_keys_for_existing_data_are_refused_in_check_mode_too(cluster, namespace, evidence, named):
    evidence(cluster, namespace)
    for check_mode in (True, False):
        with pytest.raises(Failure, match=named):
            keep(cluster, namespace, check_mode=check_mode)
    # The refusal of one Secret leaves the other unmade.
    assert data(cluster, namespace) is None
    assert data(cluster, namespace, "mastodon-valkey") is None
    with pytest.raises(Failure):
        keep(cluster, namespace, new_for_existing_data="yes")
    assert keep(cluster, namespace, new_for_existing_data=namespace)["changed"]


def queue_claim(cluster, namespace):
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    identity = {"name": "mastodon-queue", "namespace": namespace}
    cluster.create({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": identity, "spec": spec})


def queue_server(cluster, namespace):
    labels = {"app": "queue"}
    container = {"name": "valkey", "image": "valkey"}
    spec = {
        # No pod: its being there is all that counts.
        "replicas": 0,
        "serviceName": "mastodon-queue",
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
    }
    identity = {"name": "mastodon-queue", "namespace": namespace}
    cluster.create({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": identity, "spec": spec})


@pytest.mark.parametrize(
    ("evidence", "named"),
    [
        (queue_server, "StatefulSet mastodon-queue"),
        (queue_claim, "PersistentVolumeClaim mastodon-queue"),
    ],
)
def test_a_lost_password_of_a_valkey_is_refused_in_check_mode_too(cluster, namespace, evidence, named):
    keep(cluster, namespace)
    evidence(cluster, namespace)
    assert not keep(cluster, namespace)["changed"]
    cluster.delete("v1", "Secret", "mastodon-valkey", namespace)
    for check_mode in (True, False):
        with pytest.raises(Failure, match=named):
            keep(cluster, namespace, check_mode=check_mode)
    assert data(cluster, namespace, "mastodon-valkey") is None
    made = keep(cluster, namespace, new_for_existing_data=namespace)
    # The consent takes the mark of new keys away as well, which only migrations would have done else.
    assert actions(made) == ["changed", "created"]
    assert not keep(cluster, namespace)["changed"]


def test_a_run_killed_before_valkey_was_made_is_taken_up(cluster, namespace):
    """Killed between the two Secrets, and between the Secrets and the StatefulSet."""
    keep(cluster, namespace, secrets=SECRETS[:1])
    configmap(cluster, namespace, "mastodon-domains")
    predicted = keep(cluster, namespace, check_mode=True)
    assert actions(predicted) == actions(keep(cluster, namespace)) == ["unchanged", "created"]
    held = data(cluster, namespace, "mastodon-valkey")
    assert actions(keep(cluster, namespace)) == ["unchanged", "unchanged"]
    assert data(cluster, namespace, "mastodon-valkey") == held


def test_the_old_key_of_second_factors_is_taken_and_never_made(cluster, namespace):
    wanted = [Wanted("mastodon-secrets", (*APPLICATION_KEYS, "OTP_SECRET"))]
    for check_mode in (True, False):
        with pytest.raises(Failure, match=r"OTP_SECRET is missing.*put the old value into the Secret"):
            keep(cluster, namespace, secrets=wanted, check_mode=check_mode)
    assert data(cluster, namespace) is None
    given = give(cluster, namespace, {"OTP_SECRET": "0f" * 64})
    assert keep(cluster, namespace, secrets=wanted)["secrets"][0]["kept"] == ["OTP_SECRET"]
    assert data(cluster, namespace)["OTP_SECRET"] == given["OTP_SECRET"]


def test_unrelated_objects_are_no_evidence(cluster, namespace):
    configmap(cluster, namespace, "mastodon-web")
    assert keep(cluster, namespace)["changed"]


def by_external_secrets(_cluster, _namespace):
    return {"labels": {"reconcile.external-secrets.io/managed": "true"}}


def by_another_object(cluster, namespace):
    configmap(cluster, namespace, "owner")
    uid = cluster.get("v1", "ConfigMap", "owner", namespace)["metadata"]["uid"]
    return {"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid}]}


@pytest.mark.parametrize("owned", [by_external_secrets, by_another_object])
def test_an_owned_secret_is_checked_and_never_written(cluster, namespace, owned):
    give(cluster, namespace, new_values(APPLICATION_KEYS), **owned(cluster, namespace))
    before = cluster.get("v1", "Secret", "mastodon-secrets", namespace)
    made = keep(cluster, namespace, secrets=SECRETS[:1])
    assert made["secrets"][0]["validated_only"]
    assert cluster.get("v1", "Secret", "mastodon-secrets", namespace) == before
    cluster.patch("v1", "Secret", "mastodon-secrets", namespace, {"data": {"SECRET_KEY_BASE": None}})
    with pytest.raises(Failure, match="SECRET_KEY_BASE is missing"):
        keep(cluster, namespace, secrets=SECRETS[:1])


def test_an_existing_secret_lacks_keys_or_does_not_exist(cluster, namespace):
    mine = Wanted("mine", APPLICATION_KEYS, existing=True)
    with pytest.raises(Failure, match="mine does not exist: create it with the keys SECRET_KEY_BASE"):
        keep(cluster, namespace, secrets=[mine])
    give(cluster, namespace, new_values(APPLICATION_KEYS[1:]), "mine")
    with pytest.raises(Failure, match="SECRET_KEY_BASE is missing"):
        keep(cluster, namespace, secrets=[mine])
    assert "SECRET_KEY_BASE" not in data(cluster, namespace, "mine")


def test_a_changed_key_stops_the_run_until_it_is_accepted(cluster, namespace):
    keep(cluster, namespace)
    new = {"SECRET_KEY_BASE": base64.b64encode(b"another value").decode()}
    cluster.patch("v1", "Secret", "mastodon-secrets", namespace, {"data": new})
    with pytest.raises(Failure, match="the value of SECRET_KEY_BASE was changed"):
        keep(cluster, namespace)
    assert keep(cluster, namespace, changed_keys=["SECRET_KEY_BASE"])["changed"]
    assert data(cluster, namespace)["SECRET_KEY_BASE"] == new["SECRET_KEY_BASE"]
    assert not keep(cluster, namespace)["changed"]


def test_no_value_shows_at_the_highest_verbosity(cluster, namespace, tmp_path):
    """T16: the log of runs that create, add, keep and fail, in diff mode and check mode."""
    task = {
        "fediverse.mastodon.mastodon_secret_gen": {
            "namespace": namespace,
            "secrets": [{"name": wish.name, "keys": [*wish.keys]} for wish in SECRETS],
        }
    }
    play = tmp_path / "play.yml"
    play.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))

    def log(*arguments):
        command = ["ansible-playbook", str(play), "-vvvv", "--diff", *arguments]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout

    given = give(cluster, namespace, new_values(["SECRET_KEY_BASE"]))
    logs = [log("--check"), log(), log()]
    held = data(cluster, namespace) | data(cluster, namespace, "mastodon-valkey")
    cluster.patch("v1", "Secret", "mastodon-secrets", namespace, {"data": {"VAPID_PRIVATE_KEY": None}})
    logs.append(log())
    assert ["failed=1" in text for text in logs] == [False, False, False, True]
    for encoded in {**held, **given}.values():
        for value in (encoded, base64.b64decode(encoded).decode(), json.dumps(encoded)):
            assert not any(value in text for text in logs)
