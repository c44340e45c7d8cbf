"""The objects that stand in for operators which cannot run here have the shape that their schemas ask for."""

from __future__ import annotations

import copy
import os
from pathlib import Path

import pytest
import yaml
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import KubeError, UnknownKindError
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(
        not os.environ.get("KUBECONFIG"), reason="needs a cluster: KUBECONFIG is not set (run make api)"
    ),
]

FIXTURES = Path(__file__).parents[1] / "unit/fixtures/operators.yaml"
OBJECTS = yaml.safe_load(FIXTURES.read_text(encoding="utf-8"))


@pytest.fixture(name="cluster", scope="module")
def fixture_cluster():
    return connect({})


def check(cluster, item):
    metadata = {key: value for key, value in item["metadata"].items() if key != "generation"}
    if "namespace" in metadata:
        metadata["namespace"] = "default"
    try:
        cluster.create({**item, "metadata": metadata}, dry_run=True)
    except UnknownKindError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_spec_and_status_fit_the_schema(cluster, name):
    check(cluster, OBJECTS[name])


@pytest.mark.parametrize("part", ["spec", "status"])
def test_the_check_would_notice_a_field_that_is_not_there(cluster, part):
    item = copy.deepcopy(OBJECTS["certificate_ready"])
    item[part]["nonsense"] = True
    with pytest.raises(KubeError, match=f'unknown field "{part}.nonsense"'):
        check(cluster, item)
