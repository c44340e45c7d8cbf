# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C9: what the answers mean. One account, one handle, one actor, whichever domain is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._contract import Contract, app
from ._handle_probes import nodeinfo_link, self_link
from ._http import Url
from ._target import REFUSALS, Seen, Target, answer, answered
from ._verdict import Deviation

clause = Contract()


@clause(
    "C9",
    "semantics",
    "a subject on {target.local_domain}, its actor on {target.web_domain}, 404 for strangers, 400 without resource",
    (
        "web.webfinger",
        "web.alias",
        "web.unknown",
        "web.missing",
        "web.account",
        "web.nodeinfo",
        "web.nodeinfo-document",
        "web.actor",
    ),
    app,
)
def semantics(target: Target, seen: Seen) -> Iterator[Deviation]:
    yield from _subjects(target, seen)
    yield from _actor(target, seen)
    for name, wanted in (("web.unknown", 404), ("web.missing", 400)):
        found = answer(seen, name)
        if found is not None and found.status not in (wanted, *REFUSALS):
            what = "an unknown user" if wanted == 404 else "a lookup without a resource"
            yield Deviation(
                f"{what} gets {found.status} instead of {wanted}", "Let the instance answer lookups itself."
            )
    yield from _nodeinfo(target, seen)


def _subjects(target: Target, seen: Seen) -> Iterator[Deviation]:
    lookups = [found for found in answered(seen, "web.webfinger", "web.alias") if found.status not in REFUSALS]
    documents = [found.json() for found in lookups]
    for found, document in zip(lookups, documents, strict=True):
        subject = _subject(document)
        if found.status != 200:
            domains = f"LOCAL_DOMAIN is {target.local_domain} and WEB_DOMAIN {target.web_domain}"
            yield Deviation(
                f"{found.resource} gets {found.status}", f"See that {domains}, and the application healthy."
            )
        elif subject is None or not subject.endswith(f"@{target.local_domain}"):
            cure = f"Set LOCAL_DOMAIN to {target.local_domain}, unless handles were given out already."
            yield Deviation(f"{found.resource} has the subject {subject}", cure)
    if len({_subject(document) for document in documents}) > 1 or len({self_link(found) for found in lookups}) > 1:
        yield Deviation("the two domains name different accounts", "Let both domains reach the same instance.")
    account = answer(seen, "web.account")
    wanted = f"acct:{target.account}@{target.local_domain}".lower()
    if account is not None and account.status not in REFUSALS and str(_subject(account.json())).lower() != wanted:
        got = f"{wanted} gets {account.status} and the subject {_subject(account.json())}"
        yield Deviation(got, "See that the account exists and is not suspended.")


def _subject(document: Any) -> str | None:
    subject = document.get("subject") if isinstance(document, dict) else None
    return subject if isinstance(subject, str) else None


def _actor(target: Target, seen: Seen) -> Iterator[Deviation]:
    lookup, actor = answer(seen, "web.webfinger"), answer(seen, "web.actor")
    if lookup is None or lookup.status != 200:
        return
    href = self_link(lookup)
    url = Url.parse(href) if href else None
    if url is None or (url.scheme, url.host) != ("https", target.web_domain):
        yield Deviation(f"the actor is {href}", f"Set WEB_DOMAIN to {target.web_domain}: actors live there.")
    document = actor.json() if actor is not None else None
    if actor is not None and (not isinstance(document, dict) or document.get("id") != href):
        got = document.get("id") if isinstance(document, dict) else f"no document ({actor})"
        yield Deviation(f"the actor {href} has the id {got}", "Let the actor's address reach the instance unchanged.")


def _nodeinfo(target: Target, seen: Seen) -> Iterator[Deviation]:
    discovery, document = answer(seen, "web.nodeinfo"), answer(seen, "web.nodeinfo-document")
    if discovery is None or discovery.status in REFUSALS:
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
