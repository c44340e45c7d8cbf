# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The domain in handles, as the instance tells it."""

from __future__ import annotations

from ._handle_probes import WEBFINGER, lookup
from ._http import Request, Response
from ._names import domain_name
from ._prober import Prober


def local_domain(web_domain: str, prober: Prober) -> str | None:
    """The domain of the subject that the instance gives its own actor, else the one its API tells; None when neither
    does, for nothing may be advised on a guess.

    Raises ValueError with one sentence when this is no web domain, but leads lookups to one.
    """
    found = prober.send(Request(f"https://{web_domain}{lookup(f'{web_domain}@{web_domain}')}"))
    where = found.location if isinstance(found, Response) and found.is_redirect else None
    if where is not None and where.host != web_domain and where.target.partition("?")[0] == WEBFINGER:
        raise ValueError(
            f"{web_domain} is not where an instance is: it leads lookups to {where.host}, as a domain of handles does;"
            f" check {where.host}"
        )
    return _domain(found, "subject") or _domain(
        prober.send(Request(f"https://{web_domain}/api/v2/instance", headers=(("Accept", "application/json"),))),
        "domain",
    )


def _domain(found: object, key: str) -> str | None:
    document = found.json() if isinstance(found, Response) and found.status == 200 else None
    told = document.get(key) if isinstance(document, dict) else None
    try:
        return domain_name(told.rpartition("@")[2]) if isinstance(told, str) else None
    except ValueError:
        return None
