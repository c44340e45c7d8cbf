"""The conflict that a cluster reported when kubectl had changed a ConfigMap's data."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._conflict import explained, made_by_hand
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


def conflict(*managers):
    causes = [
        {"reason": "FieldManagerConflict", "message": f'conflict with "{manager}" using v1'} for manager in managers
    ]
    return KubeError("apply ConfigMap shop/web", 409, {"details": {"causes": causes}})


def test_only_a_person_with_kubectl_edits_by_hand():
    assert made_by_hand(conflict("kubectl-edit", "kubectl-patch"))
    assert made_by_hand(conflict("fediverse.mastodon")), "such as the replicas of what stood still"
    assert not made_by_hand(conflict("kubectl-edit", "helm"))
    assert not made_by_hand(conflict("kubectl-client-side-apply")), "somebody keeps that file"
    assert not made_by_hand(conflict("kubectl")), "that is server-side apply"
    assert not made_by_hand(KubeError("apply ConfigMap shop/web", 409, {})), "nothing is known about who it was"


def test_other_conflicts_stay_as_they_are():
    error = KubeError("apply ConfigMap shop/web", 409, {"reason": "AlreadyExists", "message": "it exists"})
    assert explained(error, MANIFEST) is error
