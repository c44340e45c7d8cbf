"""Authentication means what it means to kubernetes.core, and costs little to import."""

import json
import os
import subprocess
import sys

import pytest
import yaml
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._configuration import configuration
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._transport import Transport


@pytest.fixture(autouse=True)
def fixture_no_environment(monkeypatch, tmp_path):
    for name in ("K8S_AUTH_KUBECONFIG", "KUBECONFIG", "K8S_AUTH_HOST", "K8S_AUTH_API_KEY", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def kubeconfig(**user):
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "https://api.example.org:6443"}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in ("first", "second")],
        "current-context": "first",
    }


def authorization(**params):
    return Transport(*configuration(params)).authorization()


def test_host_and_key_from_options():
    made, _headers = configuration({"host": "https://api.example.org/", "api_key": "k"})
    assert made.host == "https://api.example.org"
    assert authorization(host="https://api.example.org", api_key="k") == {"authorization": "Bearer k"}


def test_host_and_key_from_the_environment_that_awx_sets(monkeypatch):
    monkeypatch.setenv("K8S_AUTH_HOST", "https://awx.example.org")
    monkeypatch.setenv("K8S_AUTH_API_KEY", "injected")
    monkeypatch.setenv("K8S_AUTH_VERIFY_SSL", "False")
    made, _headers = configuration({})
    assert (made.host, made.verify_ssl) == ("https://awx.example.org", False)
    assert authorization() == {"authorization": "Bearer injected"}


def test_user_name_and_password():
    found = authorization(host="https://api.example.org", username="me", password="pw")
    assert found == {"authorization": "Basic bWU6cHc="}


def test_a_kubeconfig_as_file_as_dictionary_and_from_the_environment(tmp_path, monkeypatch):
    config = kubeconfig(token="t")
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    assert authorization(kubeconfig=str(file)) == {"authorization": "Bearer t"}
    assert authorization(kubeconfig=config) == {"authorization": "Bearer t"}
    monkeypatch.setenv("K8S_AUTH_KUBECONFIG", str(file))
    assert authorization(context="second") == {"authorization": "Bearer t"}


def test_impersonation_becomes_headers():
    options = {"host": "https://h", "api_key": "k", "impersonate_user": "jane", "impersonate_groups": ["a", "b"]}
    _made, headers = configuration(options)
    assert headers == {"Impersonate-User": "jane", "Impersonate-Group": ["a", "b"]}
    assert Transport(*configuration(options)).impersonates


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"kubeconfig": kubeconfig(exec={"command": "no-such-plugin", "apiVersion": "client.authentication.k8s.io/v1"})},
        {"kubeconfig": "/no/such/file"},
        {"kubeconfig": kubeconfig(token="t"), "context": "third"},
    ],
    ids=["nothing", "no credential plugin", "no file", "no context"],
)
def test_a_configuration_that_is_missing_is_told_with_the_cure(params):
    with pytest.raises(Failure, match=r"^Cannot find out how to reach the cluster: .* Set kubeconfig or K8S_AUTH_KUBE"):
        configuration(params)


def in_a_process(program, *arguments):
    """Run a program in a Python of its own, because it is about what gets imported."""
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=here, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


CONNECT = """
import json, sys
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect
connect({"kubeconfig": json.loads(sys.argv[1])})
"""


def test_the_typed_api_and_oauth_are_not_imported():
    program = CONNECT + 'print(json.dumps([name for name in sys.modules if name.startswith(("kubernetes", "oauth"))]))'
    loaded = in_a_process(program, json.dumps(kubeconfig(token="t")))
    assert "kubernetes.config.kube_config" in loaded
    unwanted = ("kubernetes.client.models", "kubernetes.client.api_client", "kubernetes.dynamic", "oauthlib")
    assert [name for name in loaded if name.startswith(unwanted)] == []


def test_others_in_the_same_process_get_the_genuine_packages():
    program = (
        CONNECT
        + """
import kubernetes.client, oauthlib.oauth2, requests_oauthlib
from ansible_collections.kubernetes.core.plugins.module_utils.k8s import client
print(json.dumps([
    kubernetes.client.CoreV1Api.__name__, client.k8sdynamicclient.K8SDynamicClient.__name__,
    requests_oauthlib.OAuth2Session.__name__, oauthlib.oauth2.WebApplicationClient.__name__,
]))
"""
    )
    found = in_a_process(program, json.dumps(kubeconfig(token="t")))
    assert found == ["CoreV1Api", "K8SDynamicClient", "OAuth2Session", "WebApplicationClient"]


def test_a_token_that_must_be_renewed_is_renewed_by_the_genuine_packages():
    program = """
import json, sys
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._module import connect
try:
    connect({"kubeconfig": json.loads(sys.argv[1])})
    said = "connected"
except Exception as error:
    said = str(error)
print(json.dumps([said, "kubernetes.client.api_client" in sys.modules]))
"""
    provider = {
        "name": "oidc",
        "config": {
            "id-token": "e30.eyJleHAiOjF9.c2ln",  # it expired in 1970
            "idp-issuer-url": "http://127.0.0.1:9",
            "refresh-token": "r",
            "client-id": "c",
        },
    }
    said, genuine = in_a_process(program, json.dumps(kubeconfig(**{"auth-provider": provider})))
    assert "127.0.0.1" in said, "the issuer was asked"
    assert genuine
