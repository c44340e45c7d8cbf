"""The version comparison; the rest is shown against a real API server in tests/api."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._cluster_check import too_old


@pytest.mark.parametrize("version", ["v1.33.0", "v1.33.2+k3s1", "v1.36.3", "v2.0.0"])
def test_new_enough(version):
    assert list(too_old(version, "1.33")) == []


@pytest.mark.parametrize("version", ["v1.32.9", "v1.9.11-gke.1"])
def test_too_old(version):
    (line,) = too_old(version, "1.33")
    assert version in line
    assert "upgrade" in line
