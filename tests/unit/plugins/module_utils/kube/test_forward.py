"""Which pod and port a Service's port leads to."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._forward import target


def service(**port):
    return {"metadata": {"namespace": "s3", "name": "store"}, "spec": {"ports": [{"port": 443}, {"port": 80, **port}]}}


def pod(name, ready="True", **metadata):
    return {
        "metadata": {"name": name, **metadata},
        "spec": {"containers": [{}, {"ports": [{"name": "http", "containerPort": 7070}]}]},
        "status": {"conditions": [{"type": "Initialized", "status": "True"}, {"type": "Ready", "status": ready}]},
    }


@pytest.mark.parametrize(("port", "expected"), [({}, 80), ({"targetPort": 8080}, 8080), ({"targetPort": "http"}, 7070)])
def test_the_pod_s_port(port, expected):
    assert target(service(**port), [pod("a")], 80) == ("a", expected)


def test_only_a_ready_pod_that_stays_is_taken():
    pods = [
        pod("starting", ready="False"),
        pod("ending", deletionTimestamp="now"),
        {"metadata": {"name": "new"}},
        pod("good"),
    ]
    assert target(service(), pods, 80)[0] == "good"


@pytest.mark.parametrize(
    ("pods", "port", "targeted", "message"),
    [
        ([pod("a")], 8443, {}, "has no port 8443"),
        ([pod("a", ready="False")], 80, {}, "has no ready pod"),
        ([pod("a")], 80, {"targetPort": "admin"}, "named 'admin'"),
    ],
)
def test_what_is_missing_is_named(pods, port, targeted, message):
    with pytest.raises(Failure, match=f"Service s3/store.*{message}"):
        target(service(**targeted), pods, port)
