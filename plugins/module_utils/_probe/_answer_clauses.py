# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C5, C6, C8, C10 and C11: the form of every answer, the apex's and the instance's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ._contract import Contract, always, app
from ._handle_probes import HANDLE_PROBES, proxied
from ._http import Response, Unreachable, Url
from ._redirects import ANSWERS, FOREIGN, NODEINFO, REQUIRED, answers_itself, handle_redirects
from ._target import FOLLOWED_REDIRECTS, REFUSALS, Seen, Target, answer, answered
from ._verdict import Deviation, Finding, Unjudged

# Silence of nodeinfo on the apex is the clause nodeinfo's matter, refusals of actors are C9's and the clause actor's.
_EVERY = tuple(probe.name for probe in HANDLE_PROBES if probe.name != NODEINFO)
_HANDLED = tuple(name for name in _EVERY if name not in (*FOREIGN, "web.actor", "web.account-actor"))
# Mastodon's own: WebfingerController, host_meta.xml and NodeInfo 2.1's "Protocol".
_TYPES = {
    "webfinger": "application/jrd+json",
    "host-meta": "application/xrd+xml",
    "nodeinfo": "application/json",
    "nodeinfo-document": "application/json",
}
_TYPED = tuple(f"web.{name}" for name in _TYPES)

clause = Contract()


def _ends(target: Target, seen: Seen, names: Iterable[str]) -> Iterator[Response | Unjudged]:
    """The answers that lookups end with, and what stands in the place of one: the web domain's, and those of an apex
    that passes lookups on."""
    for found in answered(seen, *(f"web.{name}" for name in names)):
        yield found if found.status == 200 else Unjudged(f"{found.place} answers {found.status}")
    if proxied(target, seen):
        for found in answered(seen, *(f"apex.{name}" for name in names)):
            if answers_itself(found):
                yield found
            elif found is not answer(seen, NODEINFO):
                yield Unjudged(f"{found.place} answers {found}")


@clause(
    "C5",
    "CORS",
    "Access-Control-Allow-Origin: * on redirect and answer, without credentials",
    (*REQUIRED, *ANSWERS),
    always,
)
def cors(target: Target, seen: Seen) -> Iterator[Finding]:
    redirects = () if proxied(target, seen) else handle_redirects(seen)
    for found in (*redirects, *_ends(target, seen, ("webfinger", "host-meta", "nodeinfo"))):
        if isinstance(found, Unjudged):
            yield found
            continue
        origin = found.header("Access-Control-Allow-Origin")
        if origin != "*":
            got = f"{found.place} answers {found.status} " + (f"with '{origin}'" if origin else "without the header")
            yield Deviation(got, "Set the header to * there: a browser's remote follow is refused otherwise.")
        if found.header("Access-Control-Allow-Credentials"):
            yield Deviation(f"{found.place} allows credentials", "Remove Access-Control-Allow-Credentials.")


@clause("C6", "TLS", "a valid certificate with its full chain for each name, and no redirect to http", _EVERY, always)
def encryption(target: Target, seen: Seen) -> Iterator[Finding]:
    for refused in map(seen.get, (*_EVERY, NODEINFO)):
        if isinstance(refused, Unreachable) and refused.reason == "tls":
            url = Url.parse(refused.request.url)
            yield Deviation(
                f"{url.host if url else refused.request.url}: {refused.detail}",
                "Serve a valid certificate with all its intermediates; name a private authority with `ca_path`.",
            )
    for found in handle_redirects(seen):
        if isinstance(found, Response) and found.location is not None and found.location.scheme == "http":
            got = f"{found.path} leads to {found.header('Location')}"
            yield Deviation(got, "Redirect to https: servers refuse to leave it.")


@clause("C8", "types", "JRD from webfinger, XRD from host-meta, JSON from nodeinfo, none compressed", _TYPED, app)
def types(target: Target, seen: Seen) -> Iterator[Finding]:
    for name, wanted in _TYPES.items():
        for found in _ends(target, seen, (name,)):
            if isinstance(found, Unjudged):
                yield found
                continue
            if found.media_type != wanted:
                got = f"{found.place} is '{found.media_type or 'without a type'}' instead of {wanted}"
                yield Deviation(got, "See what rewrites the answer on its way: some servers refuse other types.")
            if found.coding:
                got = f"{found.place} comes as {found.coding}, and Accept-Encoding was identity"
                cure = "Let caches keep codings apart (Vary: Accept-Encoding): not every server can undo them."
                yield Deviation(got, cure)
    if "web.nodeinfo" in seen and "web.nodeinfo-document" not in seen:
        yield Unjudged("no nodeinfo document is linked")


@clause("C10", "methods", "HEAD is answered like GET", ("apex.head", "web.head"), always)
def methods(target: Target, seen: Seen) -> Iterator[Finding]:
    for get, head in (("apex.webfinger", "apex.head"), ("web.webfinger", "web.head")):
        wanted, found = answer(seen, get), answer(seen, head)
        if found is None or wanted is None:
            continue
        if not (wanted.is_redirect or answers_itself(wanted)) or found.status in REFUSALS:
            yield Unjudged(f"{wanted.place} answers {wanted.status}, and HEAD {found.status}")
        elif not _same(found, wanted):
            yield Deviation(f"HEAD {found.place} answers {found}, GET {wanted}", "Do not restrict the rule to GET.")


def _same(one: Response, other: Response) -> bool:
    # Traefik answers HEAD with 308 where GET gets 301 (pkg/middlewares/redirect/redirect.go): all of them are followed.
    statuses = {one.status, other.status}
    alike = len(statuses) == 1 or statuses <= FOLLOWED_REDIRECTS
    return alike and one.header("Location") == other.header("Location")


@clause("C11", "no obstacles", "no challenge, authentication, geo block or rate limit", _HANDLED, always)
def obstacles(target: Target, seen: Seen) -> Iterator[Deviation]:
    for found in answered(seen, *_HANDLED):
        if found.status in REFUSALS or found.header("cf-mitigated"):
            yield Deviation(f"{found.place} answers {found.status}", _obstacle_cure(found))


def _obstacle_cure(found: Response) -> str:
    cure = "Exempt the path from bot challenges, basic auth, geo blocks and rate limits."
    if found.status == 403:  # mastodon: config/initializers/1_hosts.rb
        cure += " Mastodon refuses hosts other than its own: see that LOCAL_DOMAIN or WEB_DOMAIN names this one."
    return cure
