# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An instance's probes beyond its handle: its page, API, inbox and streaming server."""

from __future__ import annotations

from dataclasses import replace

from ._handle_probes import ACTIVITY_JSON
from ._http import Request, Url
from ._observe import Ask, Headers, Probe
from ._target import Seen, Target, answer

STREAMING = "/api/v1/streaming"
# RFC 6455: any 16 bytes will do as the key, nothing is ever sent over the socket.
_UPGRADE: Headers = (
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "ZmVkaXZlcnNlLm1hc3RvZA=="),
)


def streaming_url(path: str, target: Target, seen: Seen) -> Url:
    """The path below STREAMING_API_BASE_URL as the instance itself tells it, else on the web domain.

    Host, port and path of it are where browsers go (mastodon: app/javascript/mastodon/stream.ts).
    """
    told = _told(seen, "configuration", "urls", "streaming")
    base = Url.parse(f"https{told.removeprefix('wss')}") if told.startswith("wss://") else None
    base = base or Url("https", target.web_domain, 443, "/")
    return replace(base, target=base.target.partition("?")[0].rstrip("/") + path)


def media_hosts(target: Target, seen: Seen) -> tuple[str, ...]:
    """Where media come from: as the caller says, else as the addresses of pictures tell that are not on the web domain.

    The pictures are the instance's and its contact's (mastodon: app/serializers/rest/instance_serializer.rb).
    """
    if target.media_host:
        return (target.media_host.lower(),)
    pictures = (("thumbnail", "url"), ("contact", "account", "avatar"), ("contact", "account", "header"))
    urls = (Url.parse(_told(seen, *keys)) for keys in pictures)
    return tuple(dict.fromkeys(url.host for url in urls if url and url.host != target.web_domain))


def shared_inbox(seen: Seen) -> str | None:
    actor = answer(seen, "web.actor")
    document = actor.json() if actor is not None and actor.status == 200 else None
    endpoints = document.get("endpoints") if isinstance(document, dict) else None
    inbox = endpoints.get("sharedInbox") if isinstance(endpoints, dict) else None
    return inbox if isinstance(inbox, str) else None


def _told(seen: Seen, *keys: str) -> str:
    """A text of the instance API's answer; empty when there is none."""
    api = answer(seen, "instance.api")
    node = api.json() if api is not None and api.status == 200 else None
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node if isinstance(node, str) else ""


def web(path: str, *, scheme: str = "https", headers: Headers = ()) -> Ask:
    def request(target: Target, seen: Seen) -> Request | None:
        return Request(f"{scheme}://{target.web_domain}{path}", headers=headers)

    return request


def _streaming(path: str, headers: Headers = ()) -> Ask:
    def request(target: Target, seen: Seen) -> Request | None:
        return Request(str(streaming_url(path, target, seen)), headers=headers)

    return request


def _delivery(target: Target, seen: Seen) -> Request | None:
    """A delivery that nobody signed: it reaches the application, which refuses it and keeps nothing of it."""
    url = Url.parse(shared_inbox(seen) or "")
    if url is None or url.endpoint != ("https", target.web_domain, 443):
        return None
    return Request(str(url), "POST", (("Content-Type", ACTIVITY_JSON),), b"{}")


_API = ("instance.api",)

INSTANCE_PROBES: tuple[Probe, ...] = (
    Probe("instance.api", web("/api/v2/instance", headers=(("Accept", "application/json"),))),
    # Not the front page, which may be a landing page or lead to a profile: this one Rails always renders
    # (mastodon: app/controllers/about_controller.rb).
    Probe("instance.page", web("/about", headers=(("Accept", "text/html"),))),
    Probe("instance.inbox", _delivery, ("web.actor",)),
    Probe("streaming.upgrade", _streaming(STREAMING, _UPGRADE), _API),
    Probe("streaming.slash", _streaming(f"{STREAMING}/", _UPGRADE), _API),
    Probe("streaming.health", _streaming(f"{STREAMING}/health"), _API),
    Probe("streaming.metrics", _streaming("/metrics"), _API),
)
