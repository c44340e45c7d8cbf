"""The parent of an apply set, in the form of KEP-3659."""

import base64
import hashlib

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._parent import Contents, Parent, member_of
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure

PARENT = Parent("mastodon-app", "mastodon")
CONTENTS = Contents(frozenset(["Deployment.apps", "ConfigMap"]), frozenset(["mastodon", "other", "another"]))


def test_the_id_is_the_hash_of_name_namespace_kind_and_group():
    digest = hashlib.sha256(b"mastodon-app-applyset.mastodon.ConfigMap.").digest()
    assert PARENT.id == f"applyset-{base64.urlsafe_b64encode(digest).decode().rstrip('=')}-v1"
    assert len(PARENT.id) <= 63, "it is a label value"


def test_kinds_and_namespaces_are_sorted_and_do_not_repeat_the_parents_own():
    annotations = PARENT.manifest(CONTENTS)["metadata"]["annotations"]
    assert annotations["applyset.kubernetes.io/contains-group-kinds"] == "ConfigMap,Deployment.apps"
    assert annotations["applyset.kubernetes.io/additional-namespaces"] == "another,other"


def test_what_was_written_is_read_back():
    assert PARENT.contents(PARENT.manifest(CONTENTS)) == CONTENTS


def test_an_empty_set_is_still_a_set():
    empty = Contents(namespaces=frozenset(["mastodon"]))
    assert PARENT.contents(PARENT.manifest(empty)) == empty
    assert PARENT.contents(None) is None


def test_a_version_of_kubectl_may_have_written_it():
    live = PARENT.manifest(CONTENTS)
    live["metadata"]["annotations"]["applyset.kubernetes.io/tooling"] = "kubectl/v1.40.1"
    assert PARENT.contents(live) == CONTENTS


def test_the_set_of_another_tool_is_left_alone():
    live = PARENT.manifest(CONTENTS)
    live["metadata"]["annotations"]["applyset.kubernetes.io/tooling"] = "kpt/v1.0.0"
    with pytest.raises(Failure, match="that kpt manages"):
        PARENT.contents(live)


def test_a_config_map_that_is_no_parent_is_left_alone():
    with pytest.raises(Failure, match="is not the parent of an apply set"):
        PARENT.contents({"metadata": {"name": "mastodon-app-applyset", "namespace": "mastodon"}})


def test_membership_is_read_from_the_label():
    assert member_of({"metadata": {"labels": {"applyset.kubernetes.io/part-of": "applyset-x-v1"}}}) == "applyset-x-v1"
    assert member_of({"metadata": {}}) is None
    assert member_of(None) is None
