"""The documented permissions cover every kind that a role can render, and never the loss of data."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._members import PERSISTENT
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._resource import BUILT_IN, Resource
from support.permissions import documents, granted

ROOT = Path(__file__).parents[3]
OBJECT = re.compile(r"^apiVersion: (\S+)\nkind: (\w+)$", re.MULTILINE)


def resource(api_version: str, kind: str) -> Resource:
    # The plurals of all custom resources that the roles render are regular.
    return BUILT_IN.get((api_version, kind)) or Resource(api_version, kind, f"{kind.lower()}s", True)


RENDERED = sorted(
    {
        resource(*found)
        for template in ROOT.glob("roles/*/templates/**/*.j2")
        for found in OBJECT.findall(template.read_text())
    },
    key=lambda one: one.group_kind,
)
ROLE = next(document for document in documents("runner.yaml", optional=True) if document["kind"] == "Role")


@pytest.mark.parametrize("rendered", RENDERED, ids=lambda one: one.group_kind)
def test_every_kind_of_the_roles_can_be_applied_and_pruned_unless_it_holds_data(rendered):
    verbs = granted(ROLE)[rendered.group, rendered.plural]
    assert {"get", "list", "create", "patch"} <= verbs
    assert ("delete" in verbs) == (rendered.group_kind not in PERSISTENT)


def test_every_template_is_looked_at():
    assert {"Deployment.apps", "Job.batch", "Cluster.postgresql.cnpg.io"} <= {one.group_kind for one in RENDERED}


def test_no_rule_is_wider_than_what_it_names():
    for file in ("runner.yaml", "store.yaml"):
        for document in documents(file, optional=True):
            for (group, name), verbs in granted(document).items() if "rules" in document else ():
                assert "*" not in {group, name, *verbs}


def test_secrets_are_neither_listed_nor_deleted():
    assert granted(ROLE)["", "secrets"] == {"get", "create", "patch"}


def test_what_is_not_the_default_stands_in_a_comment():
    default = next(document for document in documents("runner.yaml") if document["kind"] == "Role")
    assert granted(default).keys() < granted(ROLE).keys()
    assert {group for group, _name in granted(default)}.isdisjoint({"traefik.io", "cert-manager.io", "keda.sh"})
