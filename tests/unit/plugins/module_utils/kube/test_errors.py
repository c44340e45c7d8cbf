"""Errors are sentences with a cure, and never quote a Secret."""

import base64
import json

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import (
    KubeError,
    UnknownKindError,
    status_body,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._redact import redacted
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._transport import unreachable, warning

SECRET = {
    "kind": "Secret",
    "metadata": {"name": "s"},
    "data": {"a": base64.b64encode(b"hush hush").decode(), "b": 12345},
}


def test_a_refusal_says_what_was_attempted_and_what_the_server_said():
    body = {"kind": "Status", "reason": "Forbidden", "message": "deployments.apps is forbidden", "code": 403}
    error = KubeError("apply Deployment shop/web", 403, status_body(json.dumps(body).encode()))
    assert str(error) == "Cannot apply Deployment shop/web: deployments.apps is forbidden"
    assert (error.status, error.reason) == (403, "Forbidden")


@pytest.mark.parametrize(
    ("server", "told"),
    [
        (
            'deployments.apps "web" is forbidden: User "system:serviceaccount:shop:runner" cannot patch resource'
            ' "deployments" in API group "apps" in the namespace "shop"',
            "system:serviceaccount:shop:runner lacks the permission to patch deployments in namespace shop."
            ' Bind a Role there to it with the rule {apiGroups: ["apps"], resources: ["deployments"],'
            ' verbs: ["patch"]};',
        ),
        (
            'pods "web-0" is forbidden: User "ann" cannot create resource "pods/exec" in API group "" in the'
            ' namespace "shop"',
            "ann lacks the permission to create pods/exec in namespace shop. Bind a Role there to it with the rule"
            ' {apiGroups: [""], resources: ["pods/exec"], verbs: ["create"]};',
        ),
        (
            'namespaces "shop" is forbidden: User "ann" cannot create resource "namespaces" in API group "" at the'
            ' cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
            "ann lacks the permission to create namespaces in the whole cluster (RBAC:"
            ' clusterrole.rbac.authorization.k8s.io "gone" not found). Bind a ClusterRole to it with the rule'
            ' {apiGroups: [""], resources: ["namespaces"], verbs: ["create"]};',
        ),
    ],
)
def test_a_missing_permission_is_named_with_the_rule_that_grants_it(server, told):
    error = KubeError("apply Deployment shop/web", 403, {"reason": "Forbidden", "message": server})
    assert str(error) == f"Cannot apply Deployment shop/web: {told} docs/permissions.md lists all that a run needs."
    assert error.server_message == server


@pytest.mark.parametrize(
    "server",
    [
        'pods "web-0" is forbidden: exceeded quota: small, requested: cpu=1, used: cpu=4, limited: cpu=4',
        'pods "web-0" is forbidden: violates PodSecurity "restricted:v1.33": runAsNonRoot != true',
    ],
)
def test_other_reasons_to_forbid_are_told_in_the_words_of_the_server(server):
    error = KubeError("create Pod shop/web-0", 403, {"reason": "Forbidden", "message": server})
    assert str(error) == f"Cannot create Pod shop/web-0: {server}"


@pytest.mark.parametrize(
    ("raw", "message"),
    [(b"<html>Bad\n Gateway</html>", "<html>Bad Gateway</html>"), (b"", "HTTP status 502"), (b"[1]", "[1]")],
)
def test_answers_that_are_no_status_become_the_message(raw, message):
    assert KubeError("list Pod", 502, status_body(raw)).server_message == message


def test_an_unknown_kind_names_what_to_install():
    assert "install the operator or the CRD that provides cert-manager.io/v1" in str(
        UnknownKindError("cert-manager.io/v1", "Certificate")
    )


@pytest.mark.parametrize("quoted", ["hush hush", SECRET["data"]["a"], "12345", "Value:12345}"])
def test_values_of_a_secret_are_taken_out_of_messages(quoted):
    message = f".data.b: expected string, got &value.valueUnstructured{{{quoted}}}"
    causes = [{"field": ".data.b", "message": f"invalid: {quoted}", "reason": "FieldValueInvalid"}]
    error = KubeError("apply Secret shop/s", 422, {"message": message, "details": {"causes": causes, "name": "s"}})
    found = redacted(error, SECRET)
    everything = str(found) + json.dumps(found.details)
    assert "hush" not in everything
    assert "12345" not in everything
    assert found.details["causes"][0]["field"] == ".data.b"
    assert found.details["name"] == "s"


@pytest.mark.parametrize("before", range(488, 501))
def test_a_value_that_stands_where_a_long_message_is_cut_is_taken_out_too(before):
    message = "x" * before + "hush hush" + "y" * 1000
    found = str(redacted(KubeError("apply Secret shop/s", 422, {"message": message}), SECRET))
    assert "hush" not in found
    assert len(found) < 1100


def test_messages_about_other_kinds_are_kept():
    error = KubeError("apply ConfigMap shop/s", 422, {"message": "invalid: a"})
    assert redacted(error, {"kind": "ConfigMap", "data": {"a": "a"}}) is error


@pytest.mark.parametrize(
    ("cause", "cure"),
    [
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate", "set ca_cert"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "https:// address"),
        ("[Errno 111] Connection refused", "check host and port"),
        ("Failed to resolve 'api.example.org' ([Errno -2] Name or service not known)", "does not resolve"),
        ("Connection to 10.0.0.1 timed out. (connect timeout=10.0)", "did not answer in time"),
        ("something else", "check host, the network and the kubeconfig"),
    ],
)
def test_an_api_server_that_does_not_answer_is_told_with_the_cure(cause, cure):
    text = unreachable("https://api.example.org:6443", Exception(cause))
    assert text.startswith("Cannot reach the API server at https://api.example.org:6443: ")
    assert cure in text
    assert cause in text


def test_warnings_of_the_server_are_read():
    assert warning('299 - "would violate PodSecurity \\"restricted:latest\\": \\\\o/"') == (
        'would violate PodSecurity "restricted:latest": \\o/'
    )
    assert warning("110 anderson/1.3.37 stale") == ""
