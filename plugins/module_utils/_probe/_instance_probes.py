# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An instance's probes beyond its handle: its page, API, streaming server and addresses."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from ._handle_probes import Ask, Headers, Probe, lookup
from ._http import Request
from ._target import Seen, Target, answer

STREAMING = "/api/v1/streaming"
# RFC 6455: any 16 bytes will do as the key, nothing is ever sent over the socket.
_UPGRADE: Headers = (
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "ZmVkaXZlcnNlLm1hc3RvZA=="),
)


def streaming_host(target: Target, seen: Seen) -> str:
    """The host of STREAMING_API_BASE_URL as the instance itself tells it, else the web domain."""
    api = answer(seen, "instance.api")
    node = api.json() if api is not None and api.status == 200 else None
    for key in ("configuration", "urls", "streaming"):
        node = node.get(key) if isinstance(node, dict) else None
    url = urlsplit(node) if isinstance(node, str) else None
    return url.hostname if url is not None and url.scheme == "wss" and url.hostname else target.web_domain


def _web(path: str, *, scheme: str = "https", headers: Headers = ()) -> Ask:
    def request(target: Target, seen: Seen) -> Request | None:
        return Request(f"{scheme}://{target.web_domain}{path}", headers=headers)

    return request


def _streaming(path: str, headers: Headers = ()) -> Ask:
    def request(target: Target, seen: Seen) -> Request | None:
        return Request(f"https://{streaming_host(target, seen)}{path}", headers=headers)

    return request


def _after_page(target: Target, seen: Seen) -> Request | None:
    """Where the front page leads: a single-user instance redirects it to the profile."""
    page = answer(seen, "instance.page")
    where = page.location if page is not None and page.is_redirect else None
    home = ("https", target.web_domain, 443)
    return Request(str(where)) if where is not None and where.endpoint == home else None


def _by_family(domain: Callable[[Target], str], family: int) -> Ask:
    def request(target: Target, seen: Seen) -> Request | None:
        name = domain(target)
        if name not in target.families:
            return None
        return Request(f"https://{name}{lookup(target.instance_actor)}", "HEAD", family=6 if family == 6 else 4)

    return request


def _local(target: Target) -> str:
    return target.local_domain if target.split else ""


INSTANCE_PROBES: tuple[Probe, ...] = (
    Probe("instance.api", _web("/api/v2/instance", headers=(("Accept", "application/json"),))),
    Probe("instance.page", _web("/", headers=(("Accept", "text/html"),))),
    Probe("instance.page-behind", _after_page),
    Probe("instance.http", _web("/about", scheme="http")),
    Probe("streaming.upgrade", _streaming(STREAMING, _UPGRADE)),
    Probe("streaming.slash", _streaming(f"{STREAMING}/", _UPGRADE)),
    Probe("streaming.health", _streaming(f"{STREAMING}/health")),
    Probe("streaming.metrics", _streaming("/metrics")),
    Probe("web.ipv4", _by_family(lambda target: target.web_domain, 4)),
    Probe("web.ipv6", _by_family(lambda target: target.web_domain, 6)),
    Probe("apex.ipv4", _by_family(_local, 4)),
    Probe("apex.ipv6", _by_family(_local, 6)),
)
