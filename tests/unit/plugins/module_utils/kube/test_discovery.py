"""Which kinds are asked for, and how often."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._discovery import Discovery
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import KubeError, UnknownKindError
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._resource import Resource

AGGREGATED = {
    "kind": "APIGroupDiscoveryList",
    "items": [
        {
            "metadata": {"name": "gateway.networking.k8s.io"},
            "versions": [
                {
                    "version": version,
                    "resources": [
                        {"resource": "gateways", "responseKind": {"kind": "Gateway"}, "scope": "Namespaced"},
                        {"resource": "gatewayclasses", "responseKind": {"kind": "GatewayClass"}, "scope": "Cluster"},
                    ],
                }
                for version in ("v1", "v1beta1")
            ],
        }
    ],
}
LEGACY = {
    "/apis": {"kind": "APIGroupList"},
    "/apis/gateway.networking.k8s.io": {"preferredVersion": {"groupVersion": "gateway.networking.k8s.io/v1"}},
    "/apis/gateway.networking.k8s.io/v1": {
        "kind": "APIResourceList",
        "groupVersion": "gateway.networking.k8s.io/v1",
        "resources": [
            {"name": "gateways", "kind": "Gateway", "namespaced": True},
            {"name": "gateways/status", "kind": "Gateway", "namespaced": True},
        ],
    },
}
GATEWAY = Resource("gateway.networking.k8s.io/v1", "Gateway", "gateways", True)


class Server:
    def __init__(self, documents):
        self.documents = documents
        self.asked = []

    def read(self, path, _accept):
        self.asked.append(path)
        if path not in self.documents:
            raise KubeError(f"discover {path}", 404, {})
        return self.documents[path]


@pytest.fixture(name="server", params=["aggregated", "legacy"])
def fixture_server(request):
    return Server({"/apis": AGGREGATED} if request.param == "aggregated" else LEGACY)


def test_built_in_kinds_cost_nothing(server):
    found = Discovery(server.read).resource("apps/v1", "Deployment")
    assert found.path("shop", "web") == "/apis/apps/v1/namespaces/shop/deployments/web"
    assert server.asked == []


def test_other_kinds_are_asked_for_once(server):
    discovery = Discovery(server.read)
    assert discovery.resource(GATEWAY.api_version, "Gateway") == GATEWAY
    asked = len(server.asked)
    assert discovery.resource(GATEWAY.api_version, "Gateway") == GATEWAY
    assert len(server.asked) == asked


def test_an_aggregating_server_is_asked_one_question():
    server = Server({"/apis": AGGREGATED})
    discovery = Discovery(server.read)
    discovery.resource(GATEWAY.api_version, "GatewayClass")
    with pytest.raises(UnknownKindError):
        discovery.resource("cert-manager.io/v1", "Certificate")
    assert server.asked == ["/apis"]


def test_a_kind_nobody_serves_is_an_error(server):
    with pytest.raises(UnknownKindError):
        Discovery(server.read).resource("gateway.networking.k8s.io/v9", "Gateway")


def test_the_preferred_version_is_the_servers_first(server):
    discovery = Discovery(server.read)
    assert discovery.preferred("gateway.networking.k8s.io", "Gateway") == GATEWAY
    assert discovery.preferred("gone.example.org", "Thing") is None
    assert discovery.preferred("", "ConfigMap").plural == "configmaps"


def test_what_is_about_to_be_defined_is_known():
    server = Server({"/apis": AGGREGATED})
    discovery = Discovery(server.read)
    discovery.learn([Resource("example.org/v1", "Zebra", "zebras", False)])
    assert discovery.resource("example.org/v1", "Zebra").path(None, "z") == "/apis/example.org/v1/zebras/z"
    assert server.asked == []


def test_paths_and_names():
    assert GATEWAY.path() == "/apis/gateway.networking.k8s.io/v1/gateways"
    assert GATEWAY.group_kind == "Gateway.gateway.networking.k8s.io"
    core = Resource("v1", "Pod", "pods", True)
    assert (core.path("shop"), core.group_kind) == ("/api/v1/namespaces/shop/pods", "Pod")
