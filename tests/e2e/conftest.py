"""End-to-end tests run whole roles and playbooks on a real cluster: `make e2e` brings one up."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.gate import Gate


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    """What runs pass through that are to die at a chosen request."""
    gate = Gate(tmp_path_factory.mktemp("gate"))
    yield gate
    gate.close()


def pytest_collection_modifyitems(items):
    if os.environ.get("KUBECONFIG"):
        return
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.skip(reason="needs a cluster: KUBECONFIG is not set (run make e2e)"))
