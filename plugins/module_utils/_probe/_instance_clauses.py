# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a healthy instance shows the world beyond its handle: the clauses of the federation check that have names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._contract import Contract, always
from ._http import Response, Url
from ._instance_probes import STREAMING, media_hosts, shared_inbox
from ._keys import rsa_bits
from ._names import same_domain
from ._target import REFUSALS, Seen, Target, answer, answered
from ._verdict import Deviation, Finding, Unjudged

_LEAST_KEY_BITS = 2048  # mastodon: app/models/account.rb, generate_keys
_ACTIVITY_TYPES = frozenset({"application/activity+json", "application/ld+json"})

clause = Contract()


def _media(target: Target, seen: Seen) -> str | None:
    return None if media_hosts(target, seen) else "media come from the web domain, as far as can be seen"


def _api(target: Target, seen: Seen) -> str | None:
    found = answer(seen, "instance.api")
    return "the instance keeps its API to itself" if found is not None and found.status == 401 else None


@clause("api", "instance API", "its own domain, {target.local_domain}", ("instance.api",), _api)
def api(target: Target, seen: Seen) -> Iterator[Finding]:
    found = answer(seen, "instance.api")
    if found is None:
        return
    document = found.json() if found.status == 200 else None
    if not isinstance(document, dict):
        yield Deviation(f"{found.place} answers {found}", "See that the web process is healthy and knows its hosts.")
    elif not target.local_known:
        yield Unjudged("the handle domain is unknown")
    elif not same_domain(document.get("domain"), target.local_domain):
        cure = (
            f"If the handles given out are on {target.local_domain}, set LOCAL_DOMAIN to it; otherwise check the"
            " instance with its own domain of handles, which can never be changed."
        )
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
    yield from _key(document)
    for inbox in (document.get("inbox"), shared_inbox(seen)):
        url = Url.parse(str(inbox))
        if url is None or url.endpoint != ("https", target.web_domain, 443):
            cure = (
                f"If actors are known by addresses on {target.web_domain}, set WEB_DOMAIN to it; otherwise check the"
                " instance under the domain they are on."
            )
            yield Deviation(f"an inbox is {inbox}", cure)


def _key(document: dict[str, Any]) -> Iterator[Deviation]:
    found = document.get("publicKey")
    key = found if isinstance(found, dict) else {}
    bits = rsa_bits(key.get("publicKeyPem"))
    if bits is None or bits < _LEAST_KEY_BITS:
        got = "no public key" if bits is None else f"a key of {bits} bits"
        yield Deviation(
            f"the actor has {got}", "Run the seeds (bin/rails db:seed): they make the instance actor and its key."
        )
    elif key.get("owner") != document.get("id"):
        yield Deviation(
            f"the key belongs to {key.get('owner')}", "Let the actor's address reach the instance unchanged."
        )


@clause(
    "inbox",
    "inbox",
    "401 for a delivery without a signature",
    ("instance.inbox",),
    always,
)
def inbox(target: Target, seen: Seen) -> Iterator[Deviation]:
    found = answer(seen, "instance.inbox")
    # mastodon: app/controllers/concerns/signature_verification.rb
    if found is not None and found.status != 401:
        yield Deviation(f"POST {found.place} answers {found.status}", _inbox_cure(found))


def _inbox_cure(found: Response) -> str:
    if found.status in (403, 405, 406, 415, 429):
        return (
            "Exempt POST to the inboxes from firewall rules, bot challenges and rate limits: deliveries are no forms."
        )
    if found.status >= 500:
        return "See the log of the web process."
    return "Let POST to the inboxes reach the instance unchanged."


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
        yield Deviation(f"{found.place} shows the metrics to everyone", cure)


@clause(
    "media",
    "media host",
    "the host of media in img-src, media-src and connect-src of the content security policy",
    ("instance.page",),
    _media,
)
def media(target: Target, seen: Seen) -> Iterator[Finding]:
    page = answer(seen, "instance.page")
    if page is None:
        return
    if page.status != 200 or page.media_type != "text/html":
        yield Unjudged(f"{page.place} answers {page}, which is no page of Mastodon's with a policy")
        return
    policy = page.header("Content-Security-Policy")
    if not policy:
        yield Deviation(f"{page.place} answers {page.status} without a policy", "Let Mastodon's own header pass.")
        return
    for host in media_hosts(target, seen):
        lacking = [name for name in ("img-src", "media-src", "connect-src") if not _allows(policy, name, host)]
        if lacking:
            yield Deviation(
                f"{' and '.join(lacking)} without {host}",
                "Set S3_ALIAS_HOST (or S3_HOSTNAME) to it, or add it to EXTRA_MEDIA_HOSTS, and roll out.",
            )


def _allows(policy: str, name: str, host: str) -> bool:
    directives = {words[0].lower(): words[1:] for part in policy.split(";") if (words := part.split())}
    return any(_covers(source.lower(), host) for source in directives.get(name, directives.get("default-src", [])))


def _covers(source: str, host: str) -> bool:
    """Whether a source expression (Content Security Policy Level 3, 6.7.2) lets the host in, over https."""
    if source in ("*", "https:"):
        return True
    wanted = source.removeprefix("https://").partition("/")[0].removesuffix(":443")
    return host == wanted or (wanted.startswith("*.") and host.endswith(wanted[1:]))
