"""What is compared, and the form in which manifests are sent."""

import base64

from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._projection import (
    normalized,
    owned_fields,
    projection,
)

MANAGER = "fediverse.mastodon"


def test_status_and_bookkeeping_are_nobodys_wish():
    live = {
        "kind": "Deployment",
        "metadata": {
            "name": "web",
            "labels": {"a": "b"},
            "uid": "1",
            "resourceVersion": "2",
            "generation": 3,
            "creationTimestamp": "2026-11-21T05:31:25Z",
            "managedFields": [{}],
        },
        "spec": {"replicas": 1},
        "status": {"replicas": 1},
    }
    assert projection(live) == {
        "kind": "Deployment",
        "metadata": {"name": "web", "labels": {"a": "b"}},
        "spec": {"replicas": 1},
    }
    assert projection(None) == {}


def test_string_data_is_sent_as_data():
    sent = normalized({"kind": "Secret", "stringData": {"a": "ä", "b": 1}, "data": {"a": "old", "c": "a2VwdA=="}})
    assert "stringData" not in sent
    assert {key: base64.b64decode(value).decode() for key, value in sent["data"].items()} == {
        "a": "ä",
        "b": "1",
        "c": "kept",
    }


def test_string_data_of_other_kinds_is_left_alone():
    manifest = {"kind": "Example", "stringData": {"a": "b"}}
    assert normalized(manifest) == manifest


def test_a_manifest_is_not_changed_in_place():
    manifest = {"kind": "Secret", "stringData": {"a": "b"}}
    normalized(manifest)
    assert manifest == {"kind": "Secret", "stringData": {"a": "b"}}


def test_only_what_was_applied_is_owned():
    entries = [
        {"manager": MANAGER, "operation": "Update", "fieldsV1": {"f:a": {}}},
        {"manager": MANAGER, "operation": "Apply", "subresource": "status", "fieldsV1": {"f:b": {}}},
        {"manager": "helm", "operation": "Apply", "fieldsV1": {"f:c": {}}},
    ]
    assert owned_fields({"metadata": {"managedFields": entries}}, MANAGER) is None
    entries.append({"manager": MANAGER, "operation": "Apply", "fieldsV1": {"f:d": {}}})
    assert owned_fields({"metadata": {"managedFields": entries}}, MANAGER) == {"f:d": {}}
    assert owned_fields(None, MANAGER) is None
