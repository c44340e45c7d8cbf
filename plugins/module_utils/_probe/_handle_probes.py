# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The handle domain's probes: which requests the clauses C1 to C13 are read from.

Names beginning with C(apex.) are asked of the local domain, C(web.) of the web domain.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from ._http import Request, Response, Url
from ._observe import Ask, Headers, Probe
from ._target import Seen, Target, answer

# RFC 7033, RFC 6415 and NodeInfo: what other servers ask of the domain in a handle, and all they ask.
HANDLE_PATHS = ("/.well-known/webfinger", "/.well-known/host-meta", "/.well-known/nodeinfo")
WEBFINGER, HOST_META, NODEINFO = HANDLE_PATHS

# These belong to the apex's owner; a redirect of them to the web domain claims more than the handle.
FOREIGN_PATHS = (
    "/api/v2/instance",
    "/users/no_such_user",
    "/@no_such_user",
    "/.well-known/acme-challenge/federation-check",
)

ACTIVITY_JSON = "application/activity+json"
_UNKNOWN = "no_such_user_federation_check"
# rack-cors answers with CORS headers only when an Origin is sent.
_ORIGIN = ("Origin", "https://federation-check.invalid")
_JRD = (_ORIGIN, ("Accept", "application/jrd+json, application/json"))
_XRD = (_ORIGIN, ("Accept", "application/xrd+xml"))
_JSON = (_ORIGIN, ("Accept", "application/json"))
_ACTIVITY = (("Accept", ACTIVITY_JSON),)


def lookup(account: str, *, encoded: bool = True, rel: str | None = None) -> str:
    """The path and query of a webfinger lookup, percent-encoded as most clients do or raw as some do."""
    resource = f"acct:{account}"
    asked = f"{WEBFINGER}?resource={quote(resource, safe='') if encoded else resource}"
    return f"{asked}&rel={rel}" if rel else asked


def self_link(jrd: Response | None) -> str | None:
    """The actor a webfinger answer points to."""
    document = jrd.json() if jrd is not None and jrd.status == 200 else None
    links = document.get("links") if isinstance(document, dict) else None
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "self" and "activity" in str(link.get("type")):
            href = link.get("href")
            return href if isinstance(href, str) and Url.parse(href) else None
    return None


def nodeinfo_link(discovery: Response | None) -> str | None:
    """The newest document a nodeinfo discovery offers."""
    document = discovery.json() if discovery is not None and discovery.status == 200 else None
    links = document.get("links") if isinstance(document, dict) else None
    offered = [
        (str(link.get("rel")), link["href"])
        for link in (links if isinstance(links, list) else ())
        if isinstance(link, dict) and isinstance(link.get("href"), str) and Url.parse(link["href"])
    ]
    return max(offered)[1] if offered else None


def proxied(target: Target, seen: Seen) -> bool:
    """Whether the apex answers lookups itself instead of redirecting them (C13), and may."""
    first = answer(seen, "apex.webfinger")
    document = first.json() if first is not None and first.status == 200 else None
    return target.split and target.proxying and isinstance(document, dict) and "subject" in document


def _apex(path: str, headers: Headers) -> Ask:
    def request(target: Target, seen: Seen) -> Request | None:
        return Request(target.apex(path), headers=headers) if target.split else None

    return request


def _apex_lookup(*, encoded: bool = True, method: str = "GET") -> Ask:
    def request(target: Target, seen: Seen) -> Request | None:
        if not target.split:
            return None
        path = lookup(target.instance_actor, encoded=encoded, rel="self" if encoded else None)
        return Request(target.apex(path), method, _JRD)

    return request


def _arrival(target: Target, seen: Seen) -> Request | None:
    first = answer(seen, "apex.webfinger")
    where = first.location if target.app and first is not None and first.is_redirect else None
    return Request(str(where), headers=_JRD) if where is not None and _ours(where, target) else None


def arrives(target: Target, seen: Seen) -> bool:
    """Whether the redirect leads where C3 demands, so that what arrives there is a lookup like the others."""
    end = answer(seen, "arrival")
    return end is not None and end.request.url == target.web(lookup(target.instance_actor, rel="self"))


def _ours(url: Url, target: Target) -> bool:
    """Links and redirects are followed to the instance's two domains alone, and never to plain http (RFC 7033).

    Only the streaming server may be elsewhere, but not inside: see C(Resolver).
    """
    return url.endpoint in {("https", domain, 443) for domain in (target.local_domain, target.web_domain)}


def _web(path: Callable[[Target], str | None], headers: Headers, method: str = "GET") -> Ask:
    def request(target: Target, seen: Seen) -> Request | None:
        found = path(target) if target.app else None
        return Request(target.web(found), method, headers) if found is not None else None

    return request


def _passed_on(path: Callable[[Target], str]) -> Ask:
    """What an apex that passes lookups on is asked besides: a redirect has no answers of its own."""

    def request(target: Target, seen: Seen) -> Request | None:
        asked = target.app and proxied(target, seen)
        return Request(target.apex(path(target)), headers=_JRD) if asked else None

    return request


def _alias(target: Target) -> str | None:
    """The same actor by the other domain: Mastodon verifies an actor's address by asking the domain it is on."""
    return lookup(f"{target.local_domain}@{target.web_domain}") if target.split else None


def _unknown(target: Target) -> str:
    return lookup(f"{_UNKNOWN}@{target.local_domain}")


def _missing(target: Target) -> str:
    return WEBFINGER


def _account(target: Target) -> str | None:
    return lookup(f"{target.account}@{target.local_domain}") if target.account else None


def _account_alias(target: Target) -> str | None:
    return lookup(f"{target.account}@{target.web_domain}") if target.account and target.split else None


def _linked(name: str, link: Callable[[Response | None], str | None], headers: Headers) -> Ask:
    def request(target: Target, seen: Seen) -> Request | None:
        url = Url.parse(link(answer(seen, name)) or "")
        return Request(str(url), headers=headers) if url is not None and _ours(url, target) else None

    return request


_FIRST = ("apex.webfinger",)

HANDLE_PROBES: tuple[Probe, ...] = (
    Probe("apex.webfinger", _apex_lookup()),
    Probe("apex.raw", _apex_lookup(encoded=False)),
    Probe("apex.head", _apex_lookup(method="HEAD")),
    Probe("apex.host-meta", _apex(HOST_META, _XRD)),
    Probe("apex.nodeinfo", _apex(NODEINFO, _JSON)),
    *(Probe(f"apex{path}", _apex(path, ())) for path in FOREIGN_PATHS),
    Probe("arrival", _arrival, _FIRST),
    Probe("apex.unknown", _passed_on(_unknown), _FIRST),
    Probe("apex.missing", _passed_on(_missing), _FIRST),
    Probe("web.webfinger", _web(lambda target: lookup(target.instance_actor), _JRD)),
    Probe("web.nodeinfo", _web(lambda target: NODEINFO, _JSON)),
    Probe("web.account", _web(_account, _JRD)),
    Probe("web.head", _web(lambda target: lookup(target.instance_actor), _JRD, "HEAD")),
    Probe("web.alias", _web(_alias, _JRD)),
    Probe("web.unknown", _web(_unknown, _JRD)),
    Probe("web.missing", _web(_missing, _JRD)),
    Probe("web.account-alias", _web(_account_alias, _JRD)),
    Probe("web.host-meta", _web(lambda target: HOST_META, _XRD)),
    Probe("web.nodeinfo-document", _linked("web.nodeinfo", nodeinfo_link, _JSON), ("web.nodeinfo",)),
    Probe("web.actor", _linked("web.webfinger", self_link, _ACTIVITY), ("web.webfinger",)),
    Probe("web.account-actor", _linked("web.account", self_link, _ACTIVITY), ("web.account",)),
)
