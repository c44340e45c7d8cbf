# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes of what lies between an instance and the world: ports, protocols, address families and proxies."""

from __future__ import annotations

import random
from collections.abc import Callable

from ._handle_probes import lookup
from ._http import Request
from ._instance_probes import web
from ._observe import Ask, Headers, Probe
from ._target import Seen, Target

# Answered with 401 for want of a token, never cached, and counted by the limit for the client's address
# (mastodon: config/initializers/rack_attack.rb, app/controllers/concerns/api/rate_limit_headers.rb).
_COUNTED = "/api/v1/accounts/verify_credentials"


def _forged(target: Target, seen: Seen) -> Request | None:
    # An address of RFC 5737, in no proxy's ranges, and a new one each time: nothing is counted for it yet.
    address = f"198.51.100.{random.randrange(1, 255)}"
    return Request(target.web(_COUNTED), headers=(("X-Forwarded-For", address),))


def _http2(target: Target, seen: Seen) -> Request | None:
    return Request(target.web("/"), protocols=("h2", "http/1.1"))


def _by_family(domain: Callable[[Target], str], family: int) -> Ask:
    def request(target: Target, seen: Seen) -> Request | None:
        name = domain(target)
        if name not in target.families:
            return None
        headers: Headers = (("Accept", "application/jrd+json, application/json"),)
        path = lookup(target.instance_actor)
        return Request(f"https://{name}{path}", "HEAD", headers, family=6 if family == 6 else 4)

    return request


def _local(target: Target) -> str:
    return target.local_domain if target.split else ""


# The other requests that the limit may count.
_API = ("instance.api", "streaming.upgrade", "streaming.slash", "streaming.health", "apex/api/v2/instance")

NETWORK_PROBES: tuple[Probe, ...] = (
    Probe("instance.http", web("/about", scheme="http")),
    Probe("instance.http2", _http2),
    Probe("web.ipv4", _by_family(lambda target: target.web_domain, 4)),
    Probe("web.ipv6", _by_family(lambda target: target.web_domain, 6)),
    Probe("apex.ipv4", _by_family(_local, 4)),
    Probe("apex.ipv6", _by_family(_local, 6)),
    Probe("clients.first", web(_COUNTED), _API),
    Probe("clients.forged", _forged, ("clients.first",)),
)
