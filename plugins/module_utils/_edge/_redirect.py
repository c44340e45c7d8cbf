# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects that lead the handle domain to the instance, for each backend, and all that any of them could leave."""

from __future__ import annotations

from typing import Any

from . import _gateway, _ingress, _traefik
from ._handle import NAME, Handle

# (apiVersion, kind, name) of everything the module ever makes; routes before what they refer to.
MADE = (
    (_gateway.API_VERSION, _gateway.KIND, NAME),
    (_traefik.API_VERSION, _traefik.ROUTE, NAME),
    (_traefik.API_VERSION, _traefik.MIDDLEWARE, _traefik.HEADERS),
    (_traefik.API_VERSION, _traefik.MIDDLEWARE, _traefik.REDIRECT),
    (_ingress.API_VERSION, _ingress.KIND, NAME),
)


def redirect_objects(handle: Handle) -> list[dict[str, Any]]:
    """In the order to apply them: the route comes last. Empty when both domains are the same, or others answer."""
    if not handle.split or handle.backend == "none":
        return []
    if handle.backend == "gateway":
        return [_gateway.http_route(handle)]
    if handle.backend == "traefik":
        return _traefik.objects(handle)
    return [_ingress.ingress(handle)]
