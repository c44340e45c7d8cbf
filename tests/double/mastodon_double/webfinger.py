"""Whom a WebFinger resource means (mastodon.md 4; mastodon: app/lib/webfinger_resource.rb). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from .site import Site


class InvalidResourceError(Exception):
    """400."""


class UnknownResourceError(Exception):
    """404."""


@dataclass(frozen=True)
class Target:
    """An account by name, by id, or (neither) the instance actor."""

    username: str | None = None
    account_id: int | None = None


INSTANCE_ACTOR = Target()


def target_of(resource: str, site: Site) -> Target:
    hosts = "|".join(re.escape(host) for host in site.hosts)
    if re.fullmatch(rf"(https?://)?({hosts})/?", resource):
        return INSTANCE_ACTOR
    if resource.lower().startswith("http"):
        return _from_path(urlsplit(resource).path)
    if "@" in resource:
        return _from_handle(resource.removeprefix("acct:"), site)
    raise InvalidResourceError


def _from_path(path: str) -> Target:
    """The route decides, whatever host the URL names: recognize_path looks at the path alone."""
    if path == "/actor":
        return INSTANCE_ACTOR
    if match := re.fullmatch(r"/(?:@|users/)([^@/.]+)", path):
        return Target(username=match[1])
    if match := re.fullmatch(r"/ap/users/(-?\d+)", path):
        return Target(account_id=int(match[1]))
    raise UnknownResourceError


def _from_handle(handle: str, site: Site) -> Target:
    """Answers for user@LOCAL_DOMAIN, user@WEB_DOMAIN and user@ALTERNATE; acct:LOCAL@LOCAL is the instance actor."""
    parts = [part for part in handle.split("@") if part]
    if not parts:
        raise UnknownResourceError
    name, domain = parts[0], parts[-1].removesuffix("/")
    ours = domain.lower() in (site.local_domain.lower(), site.web_domain.lower()) or domain in site.alternate_domains
    if not ours:
        raise UnknownResourceError
    if name in (site.local_domain, site.web_domain):
        return INSTANCE_ACTOR
    return Target(username=name)
