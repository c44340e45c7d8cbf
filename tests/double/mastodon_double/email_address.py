"""May this address be an account's? (mastodon.md 7 "The e-mail's domain must resolve"; email_mx_validator.rb)"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

# Addresses of hosts that take the domain's mail: those of its MX records, else its own.
Resolver = Callable[[str], list[str]]


def mistakes(address: str, env: Mapping[str, str], resolve: Resolver, *, confirmed: bool) -> list[str]:
    """The types of error ActiveModel would report on `email`."""
    found = [] if _well_formed(address) else ["invalid"]
    domain = address.partition("@")[2].strip().rstrip("/").lower()
    allowed = _list(env, "ALLOWLIST", "WHITELIST")
    if not domain or ".." in domain:
        found.append("invalid")
    elif not (allowed.strip() and domain in allowed) and not resolve(
        domain
    ):  # a string's include?: any substring counts
        found.append("unreachable")
    lists_apply = not confirmed or env.get("EMAIL_DOMAIN_LISTS_APPLY_AFTER_CONFIRMATION") == "true"
    if lists_apply and _refused_by_lists(address, allowed, _list(env, "DENYLIST", "BLACKLIST")):
        found.append("blocked")
    return found


def _list(env: Mapping[str, str], name: str, old_name: str) -> str:
    return env.get(f"EMAIL_DOMAIN_{name}", env.get(f"EMAIL_DOMAIN_{old_name}", ""))


def _well_formed(address: str) -> bool:
    return bool(re.fullmatch(r'[^@\s%,"]+@[^@\s%,"]+', address))


def _refused_by_lists(address: str, allowed: str, denied: str) -> bool:
    """user_email_validator.rb: both lists are pipe separated and go into a regular expression with dots escaped."""
    if denied.strip() and re.search(rf"@(.+\.)?({denied.replace('.', '[.]')})", address, re.IGNORECASE):
        return True
    return bool(allowed.strip()) and not re.search(rf"@(.+\.)?({allowed.replace('.', '[.]')})$", address, re.IGNORECASE)


def resolve_mail_hosts(domain: str) -> list[str]:
    """Really asks: MX, then A and AAAA of the domain and of its mail hosts, through the pod's resolv.conf, 5 s each."""
    import dns.exception
    import dns.resolver

    def look_up(name: str, kind: str) -> list[str]:
        try:
            answer = dns.resolver.resolve(name, kind, search=True, lifetime=5)
        except (dns.exception.DNSException, OSError):
            return []
        return [record.exchange.to_text(omit_final_dot=True) if kind == "MX" else record.address for record in answer]

    hosts = look_up(domain, "MX")
    if hosts in ([""], ["."]):  # a null MX: this domain takes no mail
        return []
    return [
        address for host in dict.fromkeys([domain, *hosts]) for kind in ("A", "AAAA") for address in look_up(host, kind)
    ]
