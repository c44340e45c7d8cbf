# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C5, C6, C8, C10 and C11: the form of every answer, the apex's and the instance's."""

from __future__ import annotations

from collections.abc import Iterator

from ._contract import Contract, always, app
from ._handle_probes import HANDLE_PROBES
from ._http import Response, Unreachable, Url
from ._redirect_clauses import ANSWERS, FOREIGN, REDIRECTING
from ._target import FOLLOWED_REDIRECTS, REFUSALS, Seen, Target, answer, answered
from ._verdict import Deviation

_EVERY = tuple(probe.name for probe in HANDLE_PROBES)
_HANDLED = tuple(name for name in _EVERY if name not in (*FOREIGN, "web.actor"))
# Mastodon's own: WebfingerController, host_meta.xml and NodeInfo 2.1's "Protocol".
_TYPES = {
    "web.webfinger": "application/jrd+json",
    "web.host-meta": "application/xrd+xml",
    "web.nodeinfo": "application/json",
    "web.nodeinfo-document": "application/json",
}

clause = Contract()


@clause(
    "C5",
    "CORS",
    "Access-Control-Allow-Origin: * on redirect and answer, without credentials",
    (*REDIRECTING, *ANSWERS),
    always,
)
def cors(target: Target, seen: Seen) -> Iterator[Deviation]:
    redirects = [found for found in answered(seen, *REDIRECTING) if found.is_redirect]
    for found in (*redirects, *(found for found in answered(seen, *ANSWERS) if found.status == 200)):
        origin = found.header("Access-Control-Allow-Origin")
        if origin != "*":
            got = f"{found.place} answers {found.status} " + (f"with '{origin}'" if origin else "without the header")
            yield Deviation(got, "Set the header to * there: a browser's remote follow is refused otherwise.")
        if found.header("Access-Control-Allow-Credentials"):
            yield Deviation(f"{found.place} allows credentials", "Remove Access-Control-Allow-Credentials.")


@clause("C6", "TLS", "a valid certificate with its full chain for each name, and no redirect to http", _EVERY, always)
def encryption(target: Target, seen: Seen) -> Iterator[Deviation]:
    for found in map(seen.get, _EVERY):
        if isinstance(found, Unreachable) and found.reason == "tls":
            url = Url.parse(found.request.url)
            yield Deviation(
                f"{url.host if url else found.request.url}: {found.detail}",
                "Serve a valid certificate with all its intermediates; name a private authority with `ca_path`.",
            )
    for redirect in answered(seen, *REDIRECTING):
        if redirect.is_redirect and redirect.location is not None and redirect.location.scheme == "http":
            got = f"{redirect.path} leads to {redirect.header('Location')}"
            yield Deviation(got, "Redirect to https: servers refuse to leave it.")


@clause("C8", "types", "JRD from webfinger, XRD from host-meta, JSON from nodeinfo", tuple(_TYPES), app)
def types(target: Target, seen: Seen) -> Iterator[Deviation]:
    for name, wanted in _TYPES.items():
        found = answer(seen, name)
        if found is not None and found.status == 200 and found.media_type != wanted:
            got = f"{found.place} is '{found.media_type or 'without a type'}' instead of {wanted}"
            yield Deviation(got, "See what rewrites the answer on its way: some servers refuse other types.")


@clause("C10", "methods", "HEAD is answered like GET", ("apex.head", "web.head"), always)
def methods(target: Target, seen: Seen) -> Iterator[Deviation]:
    for get, head in (("apex.webfinger", "apex.head"), ("web.webfinger", "web.head")):
        wanted, found = answer(seen, get), answer(seen, head)
        if found is None or wanted is None or {found.status, wanted.status} & REFUSALS:
            continue
        if not _same(found, wanted):
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
