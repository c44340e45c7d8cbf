"""What the user is told when the handle domain does not do what it must."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._outcome import Outcome
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge import _handle_domain, _ownership
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import Handle, own_headers
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle_domain import Wish, converge, remove
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._proof import Proof
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._redirect import redirect_objects
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import (
    Failure,
    KubeError,
    UnknownKindError,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._handle import HANDLE_CLAUSES
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._http import Request, Response, Unreachable

HANDLE = Handle("one.invalid", "one.invalid", "mastodon")
SPLIT = replace(HANDLE, local_domain="apex.invalid", web_domain="web.invalid")


class Empty:
    """A cluster without Gateway API, Traefik or any object; deletions are recorded."""

    def __init__(self, *held):
        self.held, self.deleted = held, []

    def get(self, api_version, kind, name, namespace):
        if not self.held and kind not in ("Ingress", "ConfigMap"):
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
    assert len(result["verdicts"]) == len(HANDLE_CLAUSES)


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


class Forbidding(Empty):
    """One whose Ingresses may not be looked at."""

    def get(self, api_version, kind, name, namespace):
        if kind == "Ingress":
            raise KubeError(f"read {kind} {namespace}/{name}", 403, {"message": "forbidden"})
        return super().get(api_version, kind, name, namespace)


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_may_not_be_looked_at_is_not_called_absent(check_mode):
    (route,) = redirect_objects(SPLIT)
    result = remove(Forbidding(route), SPLIT, check_mode=check_mode)
    assert (result["failed"], result["verdict"], result["changed"]) == (True, "unproven", True)
    assert [one["action"] for one in result["objects"]] == ["pruned"]
    assert result["unseen"] == ["Ingress mastodon/mastodon-handle"]
    assert result["msg"].startswith(
        "1 pruned. That nothing is left cannot be said:\n  - Ingress mastodon/mastodon-handle"
    )
    assert "Cannot read Ingress mastodon/mastodon-handle: forbidden" in result["msg"]


def test_a_run_tells_what_it_could_not_look_at_and_goes_on():
    result = told(Forbidding(), HANDLE, app=False)
    assert (result["verdict"], result["unseen"]) == ("ok", ["Ingress mastodon/mastodon-handle"])
    assert told(Empty(), HANDLE, app=False)["unseen"] == []


class Narrow(Empty):
    """One whose routes may be listed in the instance's own namespace alone."""

    def list(self, api_version, kind, namespace=None):
        if namespace is None:
            raise KubeError(f"list {kind}", 403, {"message": "forbidden"})
        return []


def test_a_search_in_one_namespace_only_is_said(proven, monkeypatch):
    monkeypatch.setattr(_ownership, "apply_one", unchanged)
    (warning,) = told(Narrow(), SPLIT)["warnings"]
    assert warning.startswith("Only namespace mastodon was searched for routes of others")
    assert told(Empty(), SPLIT)["warnings"] == []


PIN = {
    "kind": "ConfigMap",
    "metadata": {"name": "mastodon-domains"},
    "data": {"local_domain": "old.invalid", "web_domain": "web.invalid"},
}


def test_another_domain_than_the_one_on_record_is_refused_before_anything_is_touched(proven):
    class Untouchable(Empty):
        def list(self, api_version, kind, namespace=None):
            raise AssertionError(f"{kind} was looked at")

    with pytest.raises(Failure, match=r"local_domain is old\.invalid, and now apex\.invalid is") as refused:
        told(Untouchable(PIN), SPLIT)
    assert 'mastodon_confirm_domain_change to "old.invalid -> apex.invalid"' in str(refused.value)
    outside = replace(SPLIT, backend="none")
    assert told(Empty(PIN), outside, confirmation="old.invalid -> apex.invalid")["verdict"] == "ok"


# --- a backend in the place of another


@pytest.fixture
def proven(monkeypatch):
    """Every clause holds; the test says from what the answers are."""
    monkeypatch.setattr(_handle_domain, "prove", lambda *given, **options: Proof((), 0))


def unchanged(cluster, manifest, *, check_mode, force):
    return Outcome("unchanged", dict(manifest), {}, {})


def created(cluster, manifest, *, check_mode, force):
    return Outcome("created", dict(manifest), {}, {"a": "b"})


def answer(status=301, **headers):
    given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(Request("https://apex.invalid/.well-known/webfinger"), status, given)


def redirected_by(backend):
    headers = own_headers(replace(SPLIT, backend=backend)) if backend else {}
    return answer(Location="https://web.invalid/", **{name.replace("-", "_"): text for name, text in headers.items()})


def successor(backend):
    return replace(SPLIT, backend=backend)


def of(backend):
    return redirect_objects(replace(SPLIT, backend=backend))


SILENT = Unreachable(Request("https://apex.invalid/"), "tcp", "refused")


@pytest.mark.parametrize(
    "change",
    [
        ("gateway", "none", [redirected_by("gateway")], False),
        ("gateway", "none", [redirected_by(None)], True),
        ("gateway", "none", [redirected_by(None), redirected_by("gateway")], False),
        ("gateway", "none", [redirected_by(None), SILENT], False),
        ("gateway", "traefik", [redirected_by("gateway")], False),
        ("gateway", "traefik", [redirected_by("traefik")], True),
        ("traefik", "gateway", [redirected_by("traefik")], False),
        ("traefik", "gateway", [redirected_by("gateway")], True),
        ("traefik", "ingress", [redirected_by("traefik")], False),
        ("traefik", "ingress", [answer(200)], True),
        ("ingress", "gateway", [redirected_by("gateway")], True),
        # An answer that is passed on could be from our Ingress or from somebody else's proxy.
        ("ingress", "none", [answer(200)], False),
        ("ingress", "none", [redirected_by(None)], True),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_former_backend_goes_only_when_its_successor_answers(proven, monkeypatch, change, check_mode):
    old, new, answers, goes = change
    monkeypatch.setattr(_ownership, "apply_one", unchanged)
    monkeypatch.setattr(_handle_domain, "handle_answers", lambda target, reach: answers)
    cluster = Empty(*of(old))
    wish = Wish(successor(new), True, None, Reach(), 0.0)
    result = converge(cluster, wish, check_mode=check_mode, note=lambda line: None)
    former = [(one["kind"], one["metadata"]["name"]) for one in of(old)]
    assert sorted(cluster.deleted) == (sorted((*one, check_mode) for one in former) if goes else [])
    actions = {(one["kind"], one["name"]): one["action"] for one in result["objects"]}
    assert {actions[one] for one in former} == {"pruned" if goes else "kept"}
    assert "failed" not in result
    assert (result["verdict"], result["changed"]) == (("ok", True) if goes else ("unproven", False))
    assert len(result["warnings"]) == (not goes)
    for warning in result["warnings"]:
        route = of(old)[-1]["kind"]
        assert warning.startswith(f"{route} mastodon/mastodon-handle, made by an earlier run, still answers")
        assert f"kubectl -n mastodon delete {route.lower()}." in warning


def test_a_former_backend_stays_while_the_new_one_does_not_hold_and_that_is_said(monkeypatch):
    monkeypatch.setattr(_ownership, "apply_one", unchanged)
    cluster = Empty(*of("gateway"))
    result = told(cluster, successor("traefik"))
    assert (result["failed"], result["changed"], cluster.deleted) == (True, False, [])
    assert "HTTPRoute mastodon/mastodon-handle stays until it is proven that the answers" in result["msg"]


def test_what_would_be_taken_away_is_predicted_with_what_would_be_made(monkeypatch):
    monkeypatch.setattr(_ownership, "apply_one", created)
    cluster = Empty(*of("gateway"))
    wish = Wish(successor("traefik"), True, None, Reach(), 0.0)
    result = converge(cluster, wish, check_mode=True, note=lambda line: None)
    assert [one["action"] for one in result["objects"]] == ["created", "created", "created", "pruned"]
    assert (result["verdict"], cluster.deleted) == ("unproven", [("HTTPRoute", "mastodon-handle", True)])


def test_a_run_that_was_killed_while_it_took_the_former_away_goes_on(proven, monkeypatch):
    monkeypatch.setattr(_ownership, "apply_one", unchanged)
    monkeypatch.setattr(_handle_domain, "handle_answers", lambda target, reach: [redirected_by("gateway")])
    *middlewares, _route = of("traefik")
    cluster = Empty(*middlewares)
    assert told(cluster, successor("gateway"))["verdict"] == "ok"
    assert len(cluster.deleted) == len(middlewares)


def test_a_redirect_that_is_needed_no_more_goes_before_the_proof():
    cluster = Empty(*of("gateway"))
    result = told(cluster, replace(SPLIT, local_domain="web.invalid"), app=False)
    assert (result["verdict"], len(cluster.deleted)) == ("ok", 1)


def test_before_the_instance_answers_nothing_is_taken_away(monkeypatch):
    monkeypatch.setattr(_ownership, "apply_one", created)
    cluster = Empty(*of("gateway"))
    result = told(cluster, successor("ingress"), app=False)
    assert (result["verdict"], result["changed"], cluster.deleted) == ("unproven", True, [])


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
    monkeypatch.setattr(_handle_domain, "own", lambda *given, **options: _ownership.Owned())
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
