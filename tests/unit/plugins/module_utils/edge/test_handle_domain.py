"""What the user is told when the handle domain does not do what it must."""

from __future__ import annotations

from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle_domain import Wish, converge
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._redirect import Handle, redirect_route
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import UnknownKindError
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach

HANDLE = Handle("one.invalid", "one.invalid", "mastodon", "public", "gateways")


class WithoutGatewayApi:
    def get(self, api_version, kind, name, namespace):
        raise UnknownKindError(api_version, kind)


class WithForeignRoute:
    """Lists one route of somebody else that owns webfinger."""

    def list(self, api_version, kind, namespace=None):
        route = redirect_route(Handle("apex.invalid", "web.invalid", "site", "public", "gateways"))
        route["metadata"]["name"] = "catch"
        return [route]


def told(cluster, handle, **changed):
    wish = Wish(handle, changed.pop("app", True), None, Reach(timeout=1.0), 0.0)
    return converge(cluster, wish, check_mode=False, note=lambda line: None)


def test_one_silence_behind_many_clauses_is_told_once():
    result = told(WithoutGatewayApi(), HANDLE)
    assert (result["failed"], result["verdict"], result["unreachable"]) == (True, "unreachable", "dns")
    assert result["msg"].count("does not resolve") == 1
    assert "more clauses could not be read for the same reason" in result["msg"]
    assert len(result["verdicts"]) == 13


def test_one_domain_needs_neither_route_nor_gateway_api_before_the_application_runs():
    result = told(WithoutGatewayApi(), HANDLE, app=False)
    assert (result["changed"], result["verdict"], result["objects"]) == (False, "ok", [])
    assert "failed" not in result
    assert result["requests"] == 0


def test_a_conflict_is_a_verdict_with_the_name_of_the_other_route():
    result = told(WithForeignRoute(), Handle("apex.invalid", "web.invalid", "mastodon", "public", "gateways"))
    assert (result["failed"], result["changed"], result["verdict"]) == (True, False, "conflict")
    assert "HTTPRoute site/catch owns" in result["msg"]
