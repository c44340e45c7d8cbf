"""When a status without generations may be believed."""

from datetime import UTC, datetime

from ansible_collections.fediverse.mastodon.plugins.module_utils._ready._settle import quiet

NOW = datetime(2026, 11, 21, 12, 0, 10, tzinfo=UTC)


def written(time, **entry):
    return {"metadata": {"creationTimestamp": "2026-11-21T10:00:00Z", "managedFields": [{"time": time, **entry}]}}


def test_an_object_written_just_now_is_not_quiet():
    assert not quiet(written("2026-11-21T12:00:06Z"), NOW, 5)


def test_an_object_left_alone_for_long_enough_is_quiet():
    assert quiet(written("2026-11-21T12:00:05Z"), NOW, 5)


def test_the_operators_writes_to_the_status_do_not_count():
    assert quiet(written("2026-11-21T12:00:09Z", subresource="status"), NOW, 5)


def test_of_a_workload_they_do():
    assert not quiet(written("2026-11-21T12:00:09Z", subresource="status"), NOW, 5, status=True)


def test_an_object_without_records_counts_from_its_creation():
    assert quiet({"metadata": {"creationTimestamp": "2026-11-21T12:00:05Z"}}, NOW, 5)
    assert not quiet({"metadata": {"creationTimestamp": "2026-11-21T12:00:06Z"}}, NOW, 5)


def test_the_recorded_cluster_is_quiet_later(recorded):
    assert quiet(recorded("postgresql", "healthy"), NOW, 5)
