"""The whole map of a report's verdicts: that a fault is found says little as long as others may be named besides."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import CLAUSES, Report

# The clauses that only should hold.
ADVICE = {"C7", "nodeinfo", "http2", "clients", "resolution"}
# With two domains, a redirect, addresses of one family, and nobody asked in a cluster.
INAPPLICABLE = {"C12", "C13", "addresses", "resolution"}
# What is read from the redirects of lookups alone.
FROM_REDIRECTS = {"C2", "C3", "C4", "C5", "C7", "C10"}
# What cannot be read of a domain of handles that no connection can be made to.
FROM_APEX = FROM_REDIRECTS | {"C1", "C6", "C11", "nodeinfo", "certificate"}


def verdicts(report: Report) -> dict[str, str]:
    return {found.clause: found.verdict for found in report.verdicts}


def expected(
    drift: Iterable[str] = (), unjudged: Iterable[str] = (), unreachable: Iterable[str] = ()
) -> dict[str, str]:
    """The verdict of every clause: a healthy instance's but for these."""
    healthy = {clause.id: "skipped" if clause.id in INAPPLICABLE else "ok" for clause in CLAUSES}
    changed = dict.fromkeys(unjudged, "skipped") | dict.fromkeys(unreachable, "unreachable")
    return healthy | changed | dict.fromkeys(drift, "drift")


def wrong(report: Report) -> list[str]:
    """For messages of tests: what is not ok, in words."""
    return [str(found) for found in report.verdicts if found.verdict != "ok"]
