"""The server's settings in a real database: written once, known, looked at again when asked, refused as a whole."""

from __future__ import annotations

import json

import pytest
from support.modules import Module, run
from support.playbooks import kubectl
from support.rails import Instance, Server

pytestmark = pytest.mark.cluster

WANTED = {
    "site_title": "Märchen & more: $HOME",
    "registrations_mode": "approved",
    "media_cache_retention_period": 30,
    "trends": False,
}


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


@pytest.fixture(autouse=True)
def nothing_set(instance):
    instance.sql("DELETE FROM settings")
    kubectl("-n", instance.namespace, "delete", "configmap", "mastodon-settings", "--ignore-not-found")
    yield
    left = [pod["metadata"] for pod in instance.objects("pods") if pod["metadata"]["name"] == "mastodon-settings"]
    assert [metadata for metadata in left if "deletionTimestamp" not in metadata] == []


def options(instance, wanted=None, **chosen):
    return {
        "namespace": instance.namespace,
        "settings": WANTED if wanted is None else wanted,
        "database": instance.database,
        "job_template": instance.template(),
        **chosen,
    }


def settings(instance, *arguments, **chosen):
    return run("mastodon_settings", *arguments, **options(instance, **chosen))


def stored(instance):
    """What the table holds, as the application's own YAML has it."""
    rows = instance.sql("SELECT var, replace(value, E'\\n', ' ') FROM settings ORDER BY var")
    return dict(row.split("|") for row in rows)


def test_written_then_known_then_looked_at(instance):
    predicted = settings(instance, "--check")
    assert stored(instance) == {}
    written = settings(instance, "--diff")
    assert not written.failed, written.output
    assert (sorted(written["settings"]), written["objects"]) == (sorted(predicted["settings"]), predicted["objects"])
    for line in ('-    "registrations_mode": "none"', '+    "registrations_mode": "approved"', '-    "trends": true'):
        assert line in written.output
    found = stored(instance)
    assert found["media_cache_retention_period"].strip() == "--- 30"
    assert found["trends"].strip() == "--- false"
    assert "Märchen & more: $HOME" in found["site_title"]

    again = settings(instance)
    assert again["changed"] is False
    assert "Comparing" not in again.output, "the database is not asked"
    # Somebody changes one in the pages; only a recheck sees it.
    instance.sql("UPDATE settings SET value = E'--- open\\n' WHERE var = 'registrations_mode'")
    assert settings(instance)["changed"] is False
    rechecked = settings(instance, recheck=True)
    assert rechecked["settings"] == ["registrations_mode"]
    assert stored(instance)["registrations_mode"].strip() == "--- approved"
    assert settings(instance, recheck=True)["changed"] is False


def test_a_period_is_taken_away_with_null(instance):
    settings(instance)
    settings(instance, wanted={**WANTED, "media_cache_retention_period": None})
    assert stored(instance)["media_cache_retention_period"].strip() in ("---", "--- ''", "--- null")


def test_what_mastodon_refuses_changes_nothing(instance):
    contact = {"site_contact_username": "nobody", "site_contact_email": "nobody@example.org"}
    refused = settings(instance, wanted={**WANTED, **contact})
    assert refused.failed
    assert "could not find a local user" in refused["msg"]
    assert stored(instance) == {}
    assert [one for one in instance.objects("configmaps") if one["metadata"]["name"] == "mastodon-settings"] == []


def test_what_ends_in_the_midst_of_writing_leaves_nothing_written(instance):
    instance.sql("ALTER TABLE settings ADD CONSTRAINT no_title CHECK (var <> 'site_title')")
    try:
        ended = settings(instance)
    finally:
        instance.sql("ALTER TABLE settings DROP CONSTRAINT no_title")
    assert ended.failed
    assert "no_title" in ended["msg"]
    assert stored(instance) == {}, "periods and switches are written before texts"


def test_mistakes_are_found_before_a_pod_is_made(instance):
    wrong = settings(instance, wanted={"site_titel": "x", "registrations_mode": "closed"})
    assert wrong.failed
    assert "site_title" in wrong["msg"]
    assert "open, approved, none" in wrong["msg"]


def test_two_runs_at_once_wait_for_each_other(instance):
    runs = [Module("mastodon_settings", **options(instance)) for _ in range(2)]
    finished = [each.finish() for each in runs]
    assert not any(done.failed for done in finished), [done.output for done in finished]
    record = json.loads(
        kubectl("-n", instance.namespace, "get", "configmap", "mastodon-settings", "-o", "jsonpath={.data.settings}")
    )
    assert record == WANTED
