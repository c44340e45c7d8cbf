"""Names as a pod of the instance resolves them: which pod is asked, and what is said when none can tell."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._inside import resolved_inside
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure, KubeError

NAMES = ("example.org", "social.example.org")


def pod(name, **metadata):
    return {"metadata": {"name": name, **metadata}, "spec": {"containers": [{"name": "web"}]}}


class Cluster:
    """Pods, and what a command in each of them comes to."""

    def __init__(self, *pods, **commands):
        self.pods, self.commands, self.asked = pods, commands, []

    def list(self, api_version, kind, namespace, *, labels, fields):
        return list(self.pods)

    def exec(self, namespace, pod, command, *, container, timeout):
        self.asked.append(pod)
        found = self.commands[pod]
        if isinstance(found, Exception):
            raise found
        return found


def said(stdout, code=0, stderr=""):
    return SimpleNamespace(code=code, stdout=stdout, stderr=stderr)


def gone(status=404):
    return KubeError("run sh in Pod social/old", status, {"message": "no longer there."})


def test_each_name_has_its_addresses_once():
    cluster = Cluster(pod("new"), new=said("example.org 192.0.2.7\nexample.org 192.0.2.7\nexample.org 2001:db8::7\n"))
    found = resolved_inside(cluster, "social", NAMES)
    assert found == {"example.org": ("192.0.2.7", "2001:db8::7"), "social.example.org": ()}


def test_a_pod_that_is_leaving_is_not_asked():
    leaving = pod("old", deletionTimestamp="2026-11-21T00:00:00Z")
    assert resolved_inside(Cluster(leaving), "social", NAMES) is None
    cluster = Cluster(leaving, pod("new"), old=gone(), new=said(""))
    assert resolved_inside(cluster, "social", NAMES) == dict.fromkeys(NAMES, ())
    assert cluster.asked == ["new"]


@pytest.mark.parametrize("failing", [gone(), said("", 127, "sh: getent: not found")])
def test_the_next_one_is_asked_when_one_cannot_tell(failing):
    cluster = Cluster(pod("old"), pod("new"), old=failing, new=said("example.org 192.0.2.7\n"))
    assert resolved_inside(cluster, "social", NAMES)["example.org"] == ("192.0.2.7",)


@pytest.mark.parametrize(
    ("failing", "told"),
    [
        (gone(), "Cannot run sh in Pod social/old: no longer there."),
        (said("", 127, "sh: getent: not found\n"), "Cannot look names up in Pod social/old: sh: getent: not found."),
    ],
)
def test_when_none_can_tell_the_last_says_why_and_how_to_do_without(failing, told):
    with pytest.raises(Failure) as failure:
        resolved_inside(Cluster(pod("old"), old=failing), "social", NAMES)
    assert str(failure.value).startswith(told)
    assert "verify_inside: false" in str(failure.value)
