from __future__ import annotations

import pytest
from mastodon_double.permit import MARK, OVERRIDE, TARGET, NotPermittedError, check

CLUSTER = {"KUBERNETES_SERVICE_HOST": "10.96.0.1"}


def never(name):
    raise AssertionError(f"{name} was looked up")


def test_a_marked_cluster_permits():
    asked = []
    check(CLUSTER, lambda name: asked.append(name) or TARGET)
    assert asked == [MARK]


@pytest.mark.parametrize("alias", [None, "kubernetes.default.svc.cluster.local"])
def test_any_other_cluster_does_not(alias):
    with pytest.raises(NotPermittedError, match="tests/double/build"):
        check(CLUSTER, lambda _name: alias)


def test_nothing_but_a_cluster_permits():
    with pytest.raises(NotPermittedError, match="no cluster"):
        check({}, never)


def test_a_person_may_say_otherwise():
    check({OVERRIDE: "1"}, never)
    with pytest.raises(NotPermittedError):
        check({OVERRIDE: "0"}, never)
