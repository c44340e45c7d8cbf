"""The conflict that a cluster reported when kubectl had changed a ConfigMap's data."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._conflict import explained
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import KubeError

MANIFEST = {"kind": "ConfigMap", "metadata": {"name": "web", "namespace": "shop"}}
CAUSES = [
    {"reason": "FieldManagerConflict", "message": 'conflict with "kubectl"', "field": ".data.a"},
    {
        "reason": "FieldManagerConflict",
        "message": 'conflict with "kubectl-edit" using v1 at 2026-11-21T05:00:00Z',
        "field": ".data.b",
    },
]


def test_each_field_is_named_with_its_manager_and_the_cure():
    error = KubeError("apply ConfigMap shop/web", 409, {"reason": "Conflict", "details": {"causes": CAUSES}})
    text = str(explained(error, MANIFEST))
    assert ".data.a belongs to kubectl;" in text
    assert ".data.b belongs to kubectl-edit." in text
    assert "adding ConfigMap/web to force_conflicts" in text


def test_other_conflicts_stay_as_they_are():
    error = KubeError("apply ConfigMap shop/web", 409, {"reason": "AlreadyExists", "message": "it exists"})
    assert explained(error, MANIFEST) is error
