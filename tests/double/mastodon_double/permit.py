"""Where the double may run: in a cluster that says it is for tests, or where a person says so. Nowhere else.

The mark is a name in the cluster's DNS, because a pod that is locked down as far as Mastodon's own pods are (no service
account token, read-only root, egress to its backing services only) can still resolve names, and because no manifest of
the product has to know of it. The mark is an alias to a name that exists nowhere, so that neither a wildcard domain nor
an accidental Service can be mistaken for it. build.sh makes it (permit.yaml).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

OVERRIDE = "MASTODON_DOUBLE_ALLOWED"
MARK = "mastodon-double-permit.kube-public.svc"
TARGET = "only-for-tests.mastodon-double.invalid"


class NotPermittedError(Exception):
    """The double must not run here."""


def check(env: Mapping[str, str], alias: Callable[[str], str | None]) -> None:
    """Raise NotPermittedError unless this is a test cluster; `alias` looks up the canonical name behind a name."""
    if env.get(OVERRIDE) == "1":
        return
    if "KUBERNETES_SERVICE_HOST" not in env:
        raise NotPermittedError(f"this is a test double of Mastodon, and no cluster; {OVERRIDE}=1 runs it all the same")
    if alias(MARK) != TARGET:
        raise NotPermittedError(
            f"this is a test double of Mastodon, and this cluster does not say that it is for tests:"
            f" {MARK} is not an alias of {TARGET}."
            f" tests/double/build.sh marks a cluster; {OVERRIDE}=1 runs it all the same"
        )


def alias_in_dns(name: str) -> str | None:
    """The target of a CNAME, by the pod's own resolv.conf; None if there is none."""
    import dns.exception
    import dns.resolver

    for _attempt in range(3):  # a pod may be quicker than its network
        try:
            answer = dns.resolver.resolve(name, "CNAME", search=True, lifetime=3)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return None
        except (dns.exception.DNSException, OSError):
            continue
        return answer[0].target.to_text(omit_final_dot=True)
    return None
