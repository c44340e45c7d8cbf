# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C1 to C4, C7, C12 and C13: what the apex does with the paths of the handle."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ._contract import Contract, passed_on, redirected, same, split
from ._handle_probes import FOREIGN_PATHS, HANDLE_PATHS
from ._http import Response, Url
from ._target import FOLLOWED_REDIRECTS, REFUSALS, Seen, Target, answer, answered
from ._verdict import Deviation

PATHS = ("apex.webfinger", "apex.host-meta", "apex.nodeinfo")
REDIRECTING = ("apex.webfinger", "apex.raw", "apex.host-meta", "apex.nodeinfo")
ANSWERS = ("web.webfinger", "web.host-meta", "web.nodeinfo")
FOREIGN = tuple(f"apex{path}" for path in FOREIGN_PATHS)
LONGEST_AGE = 86400

clause = Contract()


def _answers_itself(found: Response) -> bool:
    # A page for people is a catch-all that captures the path, anything else an application that answers it.
    return found.status == 200 and found.media_type != "text/html"


@clause(
    "C1",
    "paths",
    "webfinger, host-meta and nodeinfo on {target.local_domain}, and no other path",
    (*PATHS, *FOREIGN),
    split,
)
def paths(target: Target, seen: Seen) -> Iterator[Deviation]:
    for found in answered(seen, *PATHS):
        if not (found.is_redirect or found.status in REFUSALS or _answers_itself(found)):
            yield Deviation(
                f"{found.path} answers {found}",
                f"Redirect exactly {', '.join(HANDLE_PATHS)} there; a rule of the site on the apex may capture them.",
            )
    for found in answered(seen, *FOREIGN):
        if found.is_redirect and found.location and found.location.host == target.web_domain:
            cure = "Match the exact paths only: the rest belongs to the site on the apex."
            yield Deviation(f"{found.path} is redirected as well", cure)


@clause("C2", "status", "a redirect that every server follows", REDIRECTING, redirected)
def status(target: Target, seen: Seen) -> Iterator[Deviation]:
    wanted = {target.redirect_status} if target.redirect_status else FOLLOWED_REDIRECTS
    for found in answered(seen, *REDIRECTING):
        if _answers_itself(found) or (found.is_redirect and found.status not in wanted):
            codes = " or ".join(map(str, sorted(wanted)))
            yield Deviation(f"{found.path} answers {found.status} instead of {codes}", f"Redirect with {codes}.")


@clause(
    "C3", "location", "https://{target.web_domain} with the same path and query, byte for byte", REDIRECTING, redirected
)
def location(target: Target, seen: Seen) -> Iterator[Deviation]:
    for found in answered(seen, *REDIRECTING):
        asked = Url.parse(found.request.url)
        if asked is None or not found.is_redirect:
            continue
        wanted = Url("https", target.web_domain, 443, asked.target)
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


# mastodon: config/environments/production.rb, force_ssl
_FOR_EVER = "Pass X-Forwarded-Proto: https on to the instance: without it, it redirects to itself for ever."
_BEFORE_ALL = "Put the redirect of the handle's paths before every other rule of its site, straight to the web domain."


@clause("C4", "one hop", "no other redirect before or after it", ("apex.webfinger", "arrival"), redirected)
def one_hop(target: Target, seen: Seen) -> Iterator[Deviation]:
    hops = [found for found in answered(seen, "apex.webfinger", "arrival") if found.is_redirect]
    where = hops[0].location if hops else None
    stays = (
        where is not None and where.host != target.web_domain and f".{where.host}".endswith(f".{target.local_domain}")
    )
    if stays or len(hops) > 1:
        got = f"redirected to {', then to '.join(str(hop.header('Location')) for hop in hops)}"
        yield Deviation(got, _FOR_EVER if len(hops) > 1 and hops[1].location == where else _BEFORE_ALL)


@clause(
    "C7", "cache", "a bounded lifetime of the redirect, at most a day", ("apex.webfinger",), redirected, duty="should"
)
def cache(target: Target, seen: Seen) -> Iterator[Deviation]:
    found = answer(seen, "apex.webfinger")
    if found is None or not found.is_redirect:
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
def same_domain(target: Target, seen: Seen) -> Iterator[Deviation]:
    for found in answered(seen, *ANSWERS):
        if found.is_redirect:
            yield Deviation(
                f"{found.path} answers {found}", "Remove the redirect: the instance answers on this domain itself."
            )


@clause("C13", "proxying", "an apex that answers lookups itself passes all of them on", PATHS, passed_on)
def proxying(target: Target, seen: Seen) -> Iterator[Deviation]:
    for found in answered(seen, *PATHS):
        if found.status != 200:
            yield Deviation(
                f"webfinger is passed on, but {found.path} answers {found}", f"Pass {found.path} on as well."
            )
