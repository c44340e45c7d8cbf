# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C1 to C4, C7, C12, C13 and nodeinfo: what the apex does with the paths of the handle."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ._contract import Contract, passed_on, redirected, same, split
from ._handle_probes import HANDLE_PATHS, proxied
from ._http import Response, Url
from ._redirects import ANSWERS, FOREIGN, NODEINFO, REQUIRED, answers_itself, goes_along, handle_redirects, hops
from ._target import FOLLOWED_REDIRECTS, REFUSALS, Seen, Target, answer, answered
from ._verdict import Deviation, Finding, Unjudged

LONGEST_AGE = 86400

clause = Contract()


@clause(
    "C1",
    "paths",
    "webfinger and host-meta on {target.local_domain}, and no path that is not the handle's",
    (*REQUIRED, *FOREIGN),
    split,
)
def paths(target: Target, seen: Seen) -> Iterator[Finding]:
    for found in answered(seen, *REQUIRED):
        if found.status in REFUSALS:
            yield Unjudged(f"{found.path} answers {found.status}, see C11")
        elif not (found.is_redirect or answers_itself(found)):
            raw = " to a lookup that is not percent-encoded" if found is answer(seen, "apex.raw") else ""
            yield Deviation(
                f"{found.path} answers {found}{raw}",
                f"Redirect exactly {', '.join(HANDLE_PATHS)} there; a rule of the site on the apex may capture them.",
            )
    for found in answered(seen, *FOREIGN):
        if found.is_redirect and found.location and found.location.host == target.web_domain:
            cure = "Match the exact paths only: the rest belongs to the site on the apex."
            yield Deviation(f"{found.path} is redirected as well", cure)


@clause("C2", "status", "a redirect that every server follows", REQUIRED, redirected)
def status(target: Target, seen: Seen) -> Iterator[Finding]:
    wanted = {target.redirect_status} if target.redirect_status else FOLLOWED_REDIRECTS
    for found in handle_redirects(seen):
        if isinstance(found, Response) and found.status not in wanted:
            codes = " or ".join(map(str, sorted(wanted)))
            yield Deviation(f"{found.path} answers {found.status} instead of {codes}", f"Redirect with {codes}.")
        elif isinstance(found, Unjudged):
            yield found
    for found in answered(seen, *REQUIRED):
        if answers_itself(found):
            yield Deviation(f"{found.path} answers {found} instead of a redirect", "Redirect it, as the others are.")


@clause(
    "C3", "location", "https://{target.web_domain} with the same path and query, byte for byte", REQUIRED, redirected
)
def location(target: Target, seen: Seen) -> Iterator[Finding]:
    for found in handle_redirects(seen):
        if isinstance(found, Unjudged):
            yield found
            continue
        asked = Url.parse(found.request.url)
        wanted = Url("https", target.web_domain, 443, asked.target if asked else found.path)
        if found.location != wanted:
            yield Deviation(f"{found.header('Location')} instead of {wanted}", _location_cure(found.location, wanted))


def _location_cure(got: Url | None, wanted: Url) -> str:
    if got is None or got.host != wanted.host:
        return f"Redirect to the host {wanted.host}."
    if got.target == wanted.target:
        return "Name scheme https and port 443 in the redirect: otherwise the listener's own leak into it."
    if "?" not in got.target and got.target == wanted.target.partition("?")[0]:
        return "Keep the query: no lookup succeeds without it."
    return "Keep path and query as they came, without decoding or encoding anything."


@clause(
    "C4",
    "one hop",
    "no other redirect before or after it",
    ("apex.webfinger", "apex.host-meta", "arrival", "web.host-meta"),
    redirected,
)
def one_hop(target: Target, seen: Seen) -> Iterator[Finding]:
    for before, after in hops(target, seen):
        if isinstance(before, Unjudged):
            yield before
            continue
        where = before.location
        host = where.host if where is not None else ""
        stays = host != target.web_domain and f".{host}".endswith(f".{target.local_domain}")
        if stays or (after is not None and after.is_redirect):
            told = [before, after] if after is not None and after.is_redirect else [before]
            got = f"redirected to {', then to '.join(str(hop.header('Location')) for hop in told)}"
            yield Deviation(got, _hop_cure(target, where, after))
        elif target.app and after is None:
            yield Unjudged(f"{before.header('Location')} was not followed, see C3")


def _hop_cure(target: Target, where: Url | None, after: Response | None) -> str:
    if where is None or where.host != target.web_domain:
        return "Put the redirect of the handle's paths before every other rule of its site, straight to the web domain."
    if after is not None and after.location == where:  # mastodon: config/environments/production.rb, force_ssl
        return "Pass X-Forwarded-Proto: https on to the instance: without it, it redirects to itself for ever."
    return f"Let {target.web_domain} answer {where.target.partition('?')[0]} itself."


@clause(
    "C7", "cache", "a bounded lifetime of the redirect, at most a day", ("apex.webfinger",), redirected, duty="should"
)
def cache(target: Target, seen: Seen) -> Iterator[Finding]:
    found = answer(seen, "apex.webfinger")
    if found is None:
        return
    if not found.is_redirect:
        yield Unjudged(f"{found.path} is not redirected")
        return
    control = (found.header("Cache-Control") or "").lower()
    age = re.search(r"max-age=(\d{1,18})", control)
    unbounded = found.status in (301, 308) and not control
    if unbounded or (age is not None and int(age[1]) > LONGEST_AGE):
        got = f"Cache-Control: {control}" if control else f"a {found.status} without Cache-Control, kept without limit"
        yield Deviation(
            got, f"Send Cache-Control: max-age={LONGEST_AGE} or less: a mistake must not outlive its repair."
        )


@clause("C12", "same domain", "no redirect on {target.local_domain}, which is the web domain", ANSWERS, same)
def same_domain(target: Target, seen: Seen) -> Iterator[Finding]:
    for found in answered(seen, *ANSWERS):
        if found.is_redirect:
            yield Deviation(f"{found.path} answers {found}", _same_domain_cure(target, found))


def _same_domain_cure(target: Target, found: Response) -> str:
    where, asked = found.location, Url.parse(found.request.url)
    if where is None or asked is None or where.host == asked.host or where.target != asked.target:
        return "Let the instance answer it, before every other rule of the site: it is on this domain itself."
    return (
        f"If the instance is on {where.host}, nothing is wrong here: this is the domain of its handles, so check"
        f" {where.host}. Only if it is on {target.web_domain}, remove the redirect."
    )


@clause("C13", "proxying", "an apex that answers lookups itself passes all of them on", REQUIRED, passed_on)
def proxying(target: Target, seen: Seen) -> Iterator[Finding]:
    for found in answered(seen, *REQUIRED):
        if found.status in REFUSALS:
            yield Unjudged(f"{found.path} answers {found.status}, see C11")
        elif found.status != 200:
            yield Deviation(
                f"webfinger is passed on, but {found.path} answers {found}", f"Pass {found.path} on as well."
            )


@clause(
    "nodeinfo",
    "nodeinfo",
    "nodeinfo on {target.local_domain}, as lookups are answered",
    (NODEINFO,),
    split,
    duty="should",
)
def nodeinfo(target: Target, seen: Seen) -> Iterator[Finding]:
    found, lookup = answer(seen, NODEINFO), answer(seen, "apex.webfinger")
    if found is None:
        return
    if lookup is not None and {found.status, lookup.status} <= REFUSALS:
        yield Unjudged(f"{found.path} answers {found.status}, see C11")
        return
    there = found.is_redirect and found.location is not None and found.location.host == target.web_domain
    itself = proxied(target, seen) and answers_itself(found)
    if not (there or itself or goes_along(found, seen)):
        yield Deviation(
            f"{found.path} answers {found}",
            f"Lead it to {target.web_domain} like webfinger: who asks what runs on this domain learns it there.",
        )
