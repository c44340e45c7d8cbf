# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C9: what the answers mean. One account, one handle, one actor, whichever domain is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ._contract import Contract, app
from ._handle_probes import WEBFINGER, arrives, nodeinfo_link, proxied, self_link
from ._host_meta import lrdd_template
from ._http import Response, Url
from ._names import same_domain
from ._redirects import answers_itself, led_on
from ._target import REFUSALS, Seen, Target, answer, answered
from ._verdict import Deviation, Finding, Unjudged

_WEB = (
    "web.webfinger",
    "web.alias",
    "web.unknown",
    "web.missing",
    "web.account",
    "web.account-alias",
    "web.host-meta",
    "web.nodeinfo",
    "web.nodeinfo-document",
    "web.actor",
    "web.account-actor",
)
# Of an apex that passes lookups on.
_APEX = ("apex.webfinger", "apex.raw", "apex.unknown", "apex.missing", "apex.host-meta")

clause = Contract()


@clause(
    "C9",
    "semantics",
    "a subject on {target.local_domain}, its actor on {target.web_domain}, 404 for strangers, 400 without resource,"
    " and a host-meta that leads to these lookups",
    (*_WEB, "apex.unknown", "apex.missing"),
    app,
)
def semantics(target: Target, seen: Seen) -> Iterator[Finding]:
    left: dict[str, Response] = {}
    ends = ("arrival",) if arrives(target, seen) else ()
    for name in (*ends, *_WEB, *(_APEX if proxied(target, seen) else ())):
        found = answer(seen, name)
        other = _told_by(target, seen, name)
        if other is not None and found is not None:
            yield Unjudged(f"{found.place} answers {found}, see {other}")
        elif found is not None:
            left[name] = found
    yield from _subjects(target, left)
    yield from _account(target, left)
    yield from _instance_actor(target, left)
    yield from _refusals(left)
    yield from _host_meta(target, left)
    yield from _nodeinfo(target, left)


def _told_by(target: Target, seen: Seen, name: str) -> str | None:
    """The other clause that tells what is wrong with this answer, which then has no meaning to judge."""
    found = answer(seen, name)
    if found is None or name.endswith("actor"):
        return None
    if found.status in REFUSALS:
        return "C11"
    if found.is_redirect and found.path in led_on(target, seen):
        return "C4" if target.split else "C12"
    if name == "apex.host-meta" and not answers_itself(found):
        return "C1" if found.status == 200 else "C13"
    return None


def _subjects(target: Target, seen: Seen) -> Iterator[Deviation]:
    """The instance's own actor, by each domain and each of its names."""
    lookups = answered(seen, "apex.webfinger", "apex.raw", "arrival", "web.webfinger", "web.alias")
    for found in lookups:
        subject = _subject(found)
        if found.status != 200:
            domains = f"LOCAL_DOMAIN is {target.local_domain} and WEB_DOMAIN {target.web_domain}"
            yield Deviation(f"{_asked(found)} gets {found.status}", f"See that {domains}, and the application healthy.")
        elif target.local_known and not same_domain(str(subject).rpartition("@")[2], target.local_domain):
            cure = (
                f"If the handles given out are on {target.local_domain}, set LOCAL_DOMAIN to it; otherwise name their"
                " domain in this check, for no domain of handles can be changed."
            )
            yield Deviation(f"{_asked(found)} has the subject {subject}", cure)
    if _differ(lookup for lookup in lookups if lookup.status == 200):
        yield Deviation("the two domains name different accounts", "Let both domains reach the same instance.")
    if lookups and not target.local_known:
        yield Deviation(
            "neither a lookup nor the API tells the domain of its handles",
            "See whether the application is healthy, and name the domain in this check (local_domain).",
        )


def _account(target: Target, seen: Seen) -> Iterator[Deviation]:
    """The owner's, or whose was named: the same as for the instance's actor."""
    lookups = answered(seen, "web.account", "web.account-alias")
    wanted = f"acct:{target.account}@{target.local_domain}"
    for found in lookups:
        name, _at, domain = str(_subject(found)).rpartition("@")
        known = name.lower() == f"acct:{target.account}".lower()
        if found.status != 200 or not known or not same_domain(domain, target.local_domain):
            got = f"{_asked(found)} gets {found.status} and the subject {_subject(found)} instead of {wanted}"
            yield Deviation(got, "See that the account exists and is not suspended.")
    if _differ(lookup for lookup in lookups if lookup.status == 200):
        yield Deviation(f"the two domains name different actors of {target.account}", "Let both reach one instance.")
    lookup, actor = answer(seen, "web.account"), answer(seen, "web.account-actor")
    if lookup is not None and lookup.status == 200:
        yield from _address(target, lookup)
    # With AUTHORIZED_FETCH the application answers 401 to who does not sign; the instance's actor needs no signature.
    if actor is not None and actor.status != 401:
        document = actor.json() if actor.status == 200 else None
        yield from _identity(self_link(lookup), document.get("id") if isinstance(document, dict) else None, actor)


def _instance_actor(target: Target, seen: Seen) -> Iterator[Finding]:
    lookup, actor = answer(seen, "web.webfinger"), answer(seen, "web.actor")
    if lookup is None or lookup.status != 200:
        return
    yield from _address(target, lookup)
    document = actor.json() if actor is not None and actor.status == 200 else None
    if isinstance(document, dict) and actor is not None:
        yield from _identity(self_link(lookup), document.get("id"), actor)
    elif actor is not None:
        yield Unjudged(f"{actor.place} answers {actor.status}, see the clause actor")


def _address(target: Target, lookup: Response) -> Iterator[Deviation]:
    href = self_link(lookup)
    url = Url.parse(href) if href else None
    if url is None or (url.scheme, url.host) != ("https", target.web_domain):
        cure = (
            f"If actors are known by addresses on {target.web_domain}, set WEB_DOMAIN to it; otherwise check the"
            " instance under the domain they are on."
        )
        yield Deviation(f"the actor of {_asked(lookup)} is {href}", cure)


def _identity(href: str | None, identity: Any, actor: Response) -> Iterator[Deviation]:
    if identity is None:
        yield Deviation(f"the actor {href} is no document ({actor})", "See that the application is healthy.")
    elif identity != href:
        cure = "Let the actor's address reach the instance unchanged."
        yield Deviation(f"the actor {href} has the id {identity}", cure)


def _refusals(seen: Seen) -> Iterator[Deviation]:
    for kind, wanted, what in (("unknown", 404, "an unknown user"), ("missing", 400, "a lookup without a resource")):
        for found in answered(seen, f"web.{kind}", f"apex.{kind}"):
            if found.status != wanted:
                got = f"{what} gets {found.status} instead of {wanted} from {found.place}"
                yield Deviation(got, "Let the instance answer lookups itself.")


def _host_meta(target: Target, seen: Seen) -> Iterator[Deviation]:
    wanted = [f"https://{host}{WEBFINGER}?resource={{uri}}" for host in (target.web_domain, target.local_domain)]
    for found in answered(seen, "web.host-meta", "apex.host-meta"):
        template = lrdd_template(found.body)
        if found.status != 200:
            cure = "Let the instance answer it itself: Akkoma and Pleroma ask it before anything else."
            yield Deviation(f"{found.place} answers {found}", cure)
        elif template is None:
            yield Deviation(
                f"{found.place} has no template for lookups", "Let the instance's own answer pass unchanged."
            )
        elif template not in wanted:
            yield Deviation(
                f"{found.place} leads lookups to {template} instead of {wanted[0]}",
                "Let the instance's own answer pass, with X-Forwarded-Proto: https and the Host that was asked for.",
            )


def _nodeinfo(target: Target, seen: Seen) -> Iterator[Deviation]:
    discovery, document = answer(seen, "web.nodeinfo"), answer(seen, "web.nodeinfo-document")
    if discovery is None:
        return
    link = nodeinfo_link(discovery)
    url = Url.parse(link) if link else None
    if url is None or url.host != target.web_domain:
        got = link or f"nothing: {discovery.place} answers {discovery.status}"
        yield Deviation(f"nodeinfo leads to {got}", f"Let nodeinfo lead to {target.web_domain}.")
    parsed = document.json() if document is not None else None
    software = parsed.get("software") if isinstance(parsed, dict) else None
    name = software.get("name") if isinstance(software, dict) else None
    if document is not None and name != "mastodon":
        yield Deviation(f"nodeinfo names the software {name}", "Let nodeinfo be answered by Mastodon.")


def _subject(found: Response) -> str | None:
    document = found.json()
    subject = document.get("subject") if isinstance(document, dict) else None
    return subject if isinstance(subject, str) else None


def _differ(lookups: Iterable[Response]) -> bool:
    return len({(_subject(found), self_link(found)) for found in lookups}) > 1


def _asked(found: Response) -> str:
    """Resource and domain: the same handle is looked up on both."""
    url = Url.parse(found.request.url)
    return f"{found.resource} on {url.host}" if url else found.resource
