# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a healthy instance shows the world beyond its handle: the clauses of the federation check that have names."""

from __future__ import annotations

from collections.abc import Iterator

from ._contract import Contract, always
from ._http import Response, Unreachable
from ._instance_probes import STREAMING, streaming_host
from ._target import REFUSALS, Seen, Target, answer, answered
from ._verdict import Deviation

_FAMILIES = ("web.ipv4", "web.ipv6", "apex.ipv4", "apex.ipv6")
_ACTIVITY_TYPES = frozenset({"application/activity+json", "application/ld+json"})
_A_DAY = 86400

clause = Contract()


def _plain(target: Target, seen: Seen) -> str | None:
    closed = seen.get("instance.http")
    refused = isinstance(closed, Unreachable) and closed.reason in ("tcp", "timeout")
    return "nothing answers on port 80" if refused else None


def _media(target: Target, seen: Seen) -> str | None:
    return None if target.media_host else "no media host is given"


def _api(target: Target, seen: Seen) -> str | None:
    found = answer(seen, "instance.api")
    return "the instance keeps its API to itself" if found is not None and found.status == 401 else None


def _both_families(target: Target, seen: Seen) -> str | None:
    return None if target.families else "each name has addresses of one family here"


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
    ("instance.api", "apex.webfinger"),
    always,
)
def certificate(target: Target, seen: Seen) -> Iterator[Deviation]:
    for name, domain in (("instance.api", target.web_domain), ("apex.webfinger", target.local_domain)):
        found = answer(seen, name)
        if found is None or found.certificate_ends is None:
            continue
        days = int((found.certificate_ends - target.now) // _A_DAY)
        if days < target.least_days:
            cure = "See why it is not renewed: kubectl describe certificate, when cert-manager issues it."
            yield Deviation(f"the certificate of {domain} ends in {days} days", cure)


@clause("addresses", "addresses", "the same answer over IPv4 and IPv6", _FAMILIES, _both_families)
def families(target: Target, seen: Seen) -> Iterator[Deviation]:
    for name in _FAMILIES:
        found = seen.get(name)
        if isinstance(found, Unreachable) and found.reason != "budget":
            cure = "Repair that address, or remove its record: servers that prefer this family do not reach you."
            yield Deviation(f"{name.partition('.')[2].replace('ip', 'IP')} of {found}", cure)


@clause("api", "instance API", "its own domain, {target.local_domain}", ("instance.api",), _api)
def api(target: Target, seen: Seen) -> Iterator[Deviation]:
    found = answer(seen, "instance.api")
    if found is None:
        return
    document = found.json() if found.status == 200 else None
    if not isinstance(document, dict):
        yield Deviation(f"{found.place} answers {found}", "See that the web process is healthy and knows its hosts.")
    elif document.get("domain") != target.local_domain:
        cure = f"Set LOCAL_DOMAIN to {target.local_domain}, or check the instance under its own name."
        yield Deviation(f"the instance calls itself {document.get('domain')}", cure)


@clause(
    "actor",
    "instance actor",
    "an ActivityPub document with its public key and inboxes on {target.web_domain}",
    ("web.actor",),
    always,
)
def actor(target: Target, seen: Seen) -> Iterator[Deviation]:
    found = answer(seen, "web.actor")
    if found is None:
        return
    document = found.json() if found.status == 200 else None
    if not isinstance(document, dict) or found.media_type not in _ACTIVITY_TYPES:
        yield Deviation(
            f"{found.place} answers {found}", "Let the Accept header pass, and cache nothing without its Vary."
        )
        return
    key, endpoints = document.get("publicKey"), document.get("endpoints")
    pem = key.get("publicKeyPem") if isinstance(key, dict) else None
    if "BEGIN PUBLIC KEY" not in str(pem):
        yield Deviation(
            "the actor has no public key", "Run the seeds (bin/rails db:seed): they make the instance actor."
        )
    inboxes = (document.get("inbox"), endpoints.get("sharedInbox") if isinstance(endpoints, dict) else None)
    for inbox in inboxes:
        if not str(inbox).startswith(f"https://{target.web_domain}/"):
            yield Deviation(f"an inbox is {inbox}", f"Set WEB_DOMAIN to {target.web_domain}: deliveries go there.")


@clause(
    "streaming",
    "streaming",
    f"a WebSocket, or 401 without a token, on {STREAMING} with and without a slash",
    ("streaming.upgrade", "streaming.slash", "streaming.health"),
    always,
)
def streaming(target: Target, seen: Seen) -> Iterator[Deviation]:
    for found in answered(seen, "streaming.upgrade", "streaming.slash"):
        # streaming/index.js refuses an upgrade without a token with 401; Rails would answer 404.
        if found.status not in (101, 401):
            yield Deviation(f"{found.place} answers {found}", _streaming_cure(found))
    health = answer(seen, "streaming.health")
    if health is not None and (health.status != 200 or health.body.strip() != b"OK"):
        yield Deviation(f"{health.place} answers {health}", f"Route the prefix {STREAMING} to the streaming server.")


def _streaming_cure(found: Response) -> str:
    if found.is_redirect:
        return "Pass X-Forwarded-Proto: https on, or the application redirects for ever."
    if found.status == 400:
        return "Let the headers Upgrade and Connection pass."
    if found.status in REFUSALS:
        return "Exempt the path from bot challenges and rate limits."
    if found.status >= 500:
        return "See whether the streaming server runs and is ready."
    return f"Route the prefix {STREAMING} to the streaming server, with and without a slash at its end."


@clause("metrics", "metrics", "not to be read from outside", ("streaming.metrics",), always)
def metrics(target: Target, seen: Seen) -> Iterator[Deviation]:
    found = answer(seen, "streaming.metrics")
    if found is not None and found.status == 200 and (b"# HELP" in found.body or b"# TYPE" in found.body):
        cure = f"Route nothing but {STREAMING} to the streaming server: its /metrics asks for no password."
        yield Deviation(f"{streaming_host(target, seen)}/metrics shows the metrics to everyone", cure)


@clause(
    "media",
    "media host",
    "{target.media_host} in img-src, media-src and connect-src of the content security policy",
    ("instance.page",),
    _media,
)
def media(target: Target, seen: Seen) -> Iterator[Deviation]:
    pages = [page for page in answered(seen, "instance.page-behind", "instance.page") if not page.is_redirect]
    for page in pages[:1]:
        policy = page.header("Content-Security-Policy")
        lacking = [name for name in ("img-src", "media-src", "connect-src") if not _allows(policy or "", name, target)]
        if lacking:
            got = (
                f"{' and '.join(lacking)} without it"
                if policy
                else f"{page.place} answers {page.status} without a policy"
            )
            cure = "Set S3_ALIAS_HOST (or S3_HOSTNAME) to the media host, or add it to EXTRA_MEDIA_HOSTS, and roll out."
            yield Deviation(got, cure)


def _allows(policy: str, name: str, target: Target) -> bool:
    directives = {words[0].lower(): words[1:] for part in policy.split(";") if (words := part.split())}
    sources = directives.get(name, directives.get("default-src", []))
    return any(source.rstrip("/") in ("*", "https:", f"https://{target.media_host}") for source in sources)
