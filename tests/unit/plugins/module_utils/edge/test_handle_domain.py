"""What the user is told when the handle domain does not do what it must."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.fediverse.mastodon.plugins.module_utils._edge import _handle_domain
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import Handle
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle_domain import Wish, converge, remove
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._redirect import redirect_objects
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import KubeError, UnknownKindError
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._http import Response

HANDLE = Handle("one.invalid", "one.invalid", "mastodon")
SPLIT = replace(HANDLE, local_domain="apex.invalid", web_domain="web.invalid")


class Empty:
    """A cluster without Gateway API, Traefik or any object; deletions are recorded."""

    def __init__(self, *held):
        self.held, self.deleted = held, []

    def get(self, api_version, kind, name, namespace):
        if not self.held and kind != "Ingress":
            raise UnknownKindError(api_version, kind)
        found = [one for one in self.held if (one["kind"], one["metadata"]["name"]) == (kind, name)]
        return found[0] if found else None

    def list(self, api_version, kind, namespace=None):
        return [one for one in self.held if one["kind"] == kind]

    def delete(self, api_version, kind, name, namespace, *, dry_run):
        self.deleted.append((kind, name, dry_run))


def told(cluster, handle, **changed):
    wish = Wish(handle, changed.pop("app", True), None, Reach(timeout=1.0), 0.0, **changed)
    return converge(cluster, wish, check_mode=False, note=lambda line: None)


def test_one_silence_behind_many_clauses_is_told_once():
    result = told(Empty(), HANDLE)
    assert (result["failed"], result["verdict"], result["unreachable"]) == (True, "unreachable", "dns")
    assert result["msg"].count("does not resolve") == 1
    assert "more clauses could not be read for the same reason" in result["msg"]
    assert len(result["verdicts"]) == 13


def test_one_domain_needs_neither_route_nor_gateway_api_before_the_application_runs():
    result = told(Empty(), HANDLE, app=False)
    assert (result["changed"], result["verdict"], result["objects"]) == (False, "ok", [])
    assert "failed" not in result
    assert result["requests"] == 0


def test_a_conflict_is_a_verdict_with_the_name_of_the_other_route():
    (theirs,) = redirect_objects(replace(SPLIT, namespace="site"))
    theirs["metadata"]["name"] = "catch"
    theirs["spec"]["parentRefs"][0]["namespace"] = "mastodon"
    cluster = Empty(theirs)
    result = told(cluster, SPLIT)
    assert (result["failed"], result["changed"], result["verdict"]) == (True, False, "conflict")
    assert "HTTPRoute site/catch owns" in result["msg"]
    assert cluster.deleted == []


def test_absent_removes_what_is_ours_whatever_its_backend_and_nothing_of_others():
    ours = [one for backend in ("gateway", "traefik") for one in redirect_objects(replace(SPLIT, backend=backend))]
    (theirs,) = redirect_objects(replace(SPLIT, backend="ingress"))
    del theirs["metadata"]["labels"]
    cluster = Empty(*ours, theirs)
    for check_mode in (True, False):
        result = remove(cluster, SPLIT, check_mode=check_mode)
        actions = {(one["kind"], one["name"]): one["action"] for one in result["objects"]}
        assert actions.pop(("Ingress", "mastodon-handle")) == "kept"
        assert set(actions.values()) == {"pruned"}
        assert set(cluster.deleted) == {(kind, name, check_mode) for kind, name in actions}
        assert len(actions) == len(ours)
        assert (result["changed"], result["verdict"]) == (True, "absent")
        # Without its middlewares the route would answer wrongly: it goes first.
        kinds = [kind for kind, _name, _dry_run in cluster.deleted]
        assert kinds.index("IngressRoute") < kinds.index("Middleware")
        cluster.deleted.clear()


def test_absent_where_nothing_is_changes_nothing():
    result = remove(Empty(), SPLIT, check_mode=False)
    assert (result["changed"], result["objects"]) == (False, [])


def test_kinds_that_may_not_be_read_were_never_ours():
    class Forbidding(Empty):
        def get(self, api_version, kind, name, namespace):
            raise KubeError(f"read {kind}", 403, {"message": "forbidden"})

    assert remove(Forbidding(), SPLIT, check_mode=False)["changed"] is False


OUTSIDE = replace(SPLIT, backend="none")


def test_a_domain_answered_elsewhere_is_proven_and_all_rules_are_at_hand():
    result = told(Empty(), OUTSIDE)
    assert (result["failed"], result["changed"], result["verdict"]) == (True, False, "unreachable")
    assert set(result["rules"]) == {"nginx", "caddy", "apache", "traefik", "cloudflare", "netlify", "s3"}
    assert "Ready rules are in `rules` of this result, for nginx" in result["msg"]


def test_the_rule_of_the_server_in_use_is_shown(monkeypatch):
    assert told(Empty(), OUTSIDE, server="caddy")["msg"].endswith(told(Empty(), OUTSIDE)["rules"]["caddy"])

    class Prober:
        requests = 0

        def send(self, request):
            return Response(request, 404, (("Server", "nginx/1.26.3"),))

    monkeypatch.setattr(Reach, "prober", lambda reach: Prober())
    shown = told(Empty(), OUTSIDE)
    assert "This rule does it on nginx:" in shown["msg"]
    assert shown["rules"]["nginx"] in shown["msg"]


def test_one_domain_needs_no_rule():
    assert told(Empty(), replace(HANDLE, backend="none"), app=False)["rules"] == {}


def test_an_ingress_is_not_proven_before_the_instance_that_answers_runs(monkeypatch):
    monkeypatch.setattr(_handle_domain, "own", lambda *given, **options: [])
    result = told(Empty(), replace(SPLIT, backend="ingress"), app=False)
    assert (result["verdict"], result["requests"]) == ("unproven", 0)
    assert "failed" not in result


def test_what_is_expected_follows_from_who_answers():
    def target(backend, **changed):
        return Wish(replace(SPLIT, backend=backend, **changed), True, None, Reach(), 0.0).target

    assert [target(backend, status=302).redirect_status for backend in ("gateway", "traefik")] == [302, 302]
    assert [target(backend).redirect_status for backend in ("ingress", "none")] == [None, None]
    assert [target(backend).proxying for backend in ("gateway", "traefik", "ingress", "none")] == [
        False,
        False,
        True,
        True,
    ]
