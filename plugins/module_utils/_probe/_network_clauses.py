# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lies between an instance and the world: ports, certificates, protocols, address families and proxies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ._contract import Contract, always
from ._http import Handshake, Observation, Response, Unreachable, Url
from ._private_addresses import refused
from ._target import Seen, Target, answer
from ._verdict import Deviation, Finding, Unjudged

_FAMILIES = ("web.ipv4", "web.ipv6", "apex.ipv4", "apex.ipv6")
_A_DAY = 86400
# As long as a count can be: Python refuses to read thousands of digits, which a server may send.
_COUNT = re.compile(r"[0-9]{1,18}")

clause = Contract()


def _plain(target: Target, seen: Seen) -> str | None:
    closed = seen.get("instance.http")
    silent = isinstance(closed, Unreachable) and closed.reason in ("tcp", "timeout")
    return "nothing answers on port 80" if silent else None


def _both_families(target: Target, seen: Seen) -> str | None:
    return None if target.families else "each name has addresses of one family here"


def _counted(target: Target, seen: Seen) -> str | None:
    counts = _counts(seen)
    if counts is None:
        return "the instance does not tell its rate limit"
    return None if counts[0].window == counts[1].window else "the limit began anew in between"


def _inside(target: Target, seen: Seen) -> str | None:
    return None if target.resolved else "not asked inside a cluster"


@clause("https", "plain HTTP", "a redirect to https, never a page", ("instance.http",), _plain)
def plain_http(target: Target, seen: Seen) -> Iterator[Deviation]:
    found = answer(seen, "instance.http")
    if found is not None and not (found.is_redirect and found.location and found.location.scheme == "https"):
        cure = "Redirect every request of port 80 to https, or close the port."
        yield Deviation(f"http://{target.web_domain} answers {found}", cure)


@clause(
    "certificate",
    "certificate",
    "{target.least_days} days or more until it ends",
    (),
    always,
)
def certificate(target: Target, seen: Seen) -> Iterator[Finding]:
    answers: dict[str, list[Observation]] = {}
    for found in seen.values():
        url = Url.parse(found.request.url)
        if url is not None and url.scheme == "https" and not found.request.protocols:
            answers.setdefault(url.host if url.port == 443 else f"{url.host}:{url.port}", []).append(found)
    # Whichever answer of a name tells its certificate: the one that was asked for it may be the one that fails.
    for name, told in answers.items():
        ends = [found.certificate_ends for found in told if isinstance(found, Response) and found.certificate_ends]
        if not ends:
            silent = (found for found in told if isinstance(found, Unreachable))
            yield next(silent, Unjudged(f"the certificate of {name} was not seen"))
            continue
        days = int((min(ends) - target.now) // _A_DAY)
        if days < target.least_days:
            cure = "See why it is not renewed: kubectl describe certificate, when cert-manager issues it."
            yield Deviation(f"the certificate of {name} ends in {days} days", cure)


@clause("http2", "HTTP/2", "HTTP/2 on {target.web_domain}", ("instance.http2",), always, duty="should")
def http2(target: Target, seen: Seen) -> Iterator[Deviation]:
    found = seen.get("instance.http2")
    if isinstance(found, Handshake) and found.protocol != "h2":
        cure = (
            "Offer h2 in the TLS handshake: a browser loads dozens of small files, each waits for another without it."
        )
        yield Deviation(f"the server takes up {found}", cure)


@clause("addresses", "addresses", "the same answer over IPv4 and IPv6", _FAMILIES, _both_families)
def families(target: Target, seen: Seen) -> Iterator[Deviation]:
    for name in _FAMILIES:
        found, other = seen.get(name), answer(seen, name.replace("ipv6", "ipv4"))
        family = name.partition(".")[2].replace("ip", "IP")
        if isinstance(found, Unreachable) and found.reason != "budget":
            cure = "Repair that address, or remove its record: servers that prefer this family do not reach you."
            yield Deviation(f"{family} of {found}", cure)
        elif isinstance(found, Response) and other is not None and _gist(found) != _gist(other):
            cure = "Let both addresses lead to the same server, or remove one's record."
            yield Deviation(f"{found.place} answers {found} over {family}, {other} over IPv4", cure)


def _gist(found: Response) -> tuple[int, str | None]:
    return found.status, found.header("Location")


@dataclass(frozen=True)
class _Count:
    """The rate limit as one answer tells it."""

    limit: int
    left: int
    window: str


def _count(found: Response | None) -> _Count | None:
    told = [found.header(f"X-RateLimit-{name}") or "" for name in ("Limit", "Remaining", "Reset")] if found else []
    if not (told and all(map(_COUNT.fullmatch, told[:2]))):
        return None
    # To the minute: the time is counted from the request's own fraction of a second.
    return _Count(int(told[0]), int(told[1]), told[2][:16])


def _counts(seen: Seen) -> tuple[_Count, _Count] | None:
    """Before and after the request with an invented address."""
    first, forged = _count(answer(seen, "clients.first")), _count(answer(seen, "clients.forged"))
    return (first, forged) if first and forged else None


@clause(
    "clients",
    "client addresses",
    "a rate limit for each client's own address",
    ("clients.first", "clients.forged"),
    _counted,
    duty="should",
)
def clients(target: Target, seen: Seen) -> Iterator[Deviation]:
    counts = _counts(seen)
    if counts is None:
        return
    first, forged = counts
    got = f"{first.left} of {first.limit} requests are left, then {forged.left}"
    if forged.left >= first.left:
        cure = "Name only your own proxies in TRUSTED_PROXY_IP: everybody can evade limits and blocks of addresses."
        yield Deviation(f"an invented X-Forwarded-For is believed: {got}", cure)
    elif first.left - forged.left > 1:
        cure = (
            "Name every proxy in TRUSTED_PROXY_IP, which replaces Mastodon's own list, and let them pass"
            " X-Forwarded-For on: all visitors count as one client, unless somebody else asks from this very address."
        )
        yield Deviation(f"requests of others are counted as this client's: {got}", cure)


@clause(
    "resolution",
    "names inside",
    "public addresses for both names, also inside the cluster",
    (),
    _inside,
    duty="should",
)
def resolution(target: Target, seen: Seen) -> Iterator[Deviation]:
    for name, addresses in (target.resolved or {}).items():
        private = [address for address in addresses if refused(address)]
        if not addresses:
            yield Deviation(f"{name} does not resolve", "See the cluster's DNS and what it forwards to.")
        if private:
            cure = (
                "Mastodon fetches nothing from private addresses. Let the cluster's DNS give the public ones, or"
                f" consider ALLOWED_PRIVATE_ADDRESSES={','.join(private)} if instances behind them are to be reached."
            )
            yield Deviation(f"{name} is {', '.join(private)}, a private address", cure)
