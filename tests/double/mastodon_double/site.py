"""The domains and modes of an instance, from its environment (mastodon.md 4, 5.1; mastodon: 1_hosts.rb)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """What the web process knows of itself before it has seen a request."""

    local_domain: str
    web_domain: str
    alternate_domains: tuple[str, ...]
    streaming_url: str
    single_user: bool
    limited_federation: bool
    authorized_fetch: bool
    closed_api: bool

    @property
    def hosts(self) -> tuple[str, ...]:
        return (self.local_domain, self.web_domain, *self.alternate_domains)

    def allows_host(self, header: str) -> bool:
        """The Host header must be one of the domains, with or without a port (mastodon.md 3.4)."""
        name = re.sub(r":\d+$", "", header).lower()
        return any(header.lower() == host.lower() or name == host.lower() for host in self.hosts if host)

    def url(self, path: str) -> str:
        """Every URL it writes is https on WEB_DOMAIN, whatever Host asked (mastodon.md 5.1)."""
        return f"https://{self.web_domain}{path}"


def site_from(env: Mapping[str, str]) -> Site:
    local = env.get("LOCAL_DOMAIN", f"localhost:{env.get('PORT', '3000')}")
    web = env.get("WEB_DOMAIN", local)
    limited = env.get("LIMITED_FEDERATION_MODE", env.get("WHITELIST_MODE")) == "true"
    return Site(
        local_domain=local,
        web_domain=web,
        alternate_domains=tuple(name for name in re.split(r"\s*,\s*", env.get("ALTERNATE_DOMAINS", "")) if name),
        streaming_url=env.get("STREAMING_API_BASE_URL", f"wss://{web}"),
        single_user=env.get("SINGLE_USER_MODE") == "true",
        limited_federation=limited,
        authorized_fetch=limited or env.get("AUTHORIZED_FETCH") == "true",
        closed_api=limited or env.get("DISALLOW_UNAUTHENTICATED_API_ACCESS") == "true",
    )
