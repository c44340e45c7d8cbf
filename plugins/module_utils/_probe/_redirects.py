# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the apex's answers are the redirect of the handle, and where each of them ends."""

from __future__ import annotations

from collections.abc import Iterator

from ._handle_probes import FOREIGN_PATHS, HOST_META, proxied
from ._handle_probes import NODEINFO as NODEINFO_PATH
from ._host_meta import lrdd_template
from ._http import Response
from ._target import Seen, Target, answer, answered
from ._verdict import Unjudged

# The paths that must be the instance's, both ways of asking for one of them; nodeinfo only should be.
REQUIRED = ("apex.webfinger", "apex.raw", "apex.host-meta")
NODEINFO = "apex.nodeinfo"
ANSWERS = ("web.webfinger", "web.host-meta", "web.nodeinfo")
FOREIGN = tuple(f"apex{path}" for path in FOREIGN_PATHS)


def answers_itself(found: Response) -> bool:
    # A page for people is a catch-all that captures the path, anything else an application that answers it.
    page = found.media_type == "text/html" and not isinstance(found.json(), dict) and lrdd_template(found.body) is None
    return found.status == 200 and not page


def handle_redirects(seen: Seen, required: tuple[str, ...] = REQUIRED) -> Iterator[Response | Unjudged]:
    """The redirects of the handle, and what stands in the place of one."""
    for found in answered(seen, *required):
        yield found if found.is_redirect else Unjudged(f"{found.path} answers {found.status}, which is no redirect")
    nodeinfo = answer(seen, NODEINFO)
    if nodeinfo is not None and goes_along(nodeinfo, seen):
        yield nodeinfo


def goes_along(nodeinfo: Response, seen: Seen) -> bool:
    """Whether nodeinfo is led to where lookups are. Anything else is a rule of the site's own, which it may have."""
    lookup = answer(seen, "apex.webfinger")
    return nodeinfo.is_redirect and lookup is not None and lookup.is_redirect and _host(nodeinfo) == _host(lookup)


def _host(found: Response) -> str | None:
    return found.location.host if found.location is not None else None


def hops(target: Target, seen: Seen) -> Iterator[tuple[Response | Unjudged, Response | None]]:
    """Each redirect of the handle, and what answers where it leads to; None where that was not asked."""
    home = ("https", target.web_domain, 443)
    ends = {HOST_META: "web.host-meta", NODEINFO_PATH: "web.nodeinfo"}
    for found in handle_redirects(seen, ("apex.webfinger", "apex.host-meta")):
        if isinstance(found, Unjudged):
            yield found, None
        elif found.path in ends:
            there = found.location is not None and found.location.endpoint == home
            yield found, answer(seen, ends[found.path]) if there else None
        else:
            yield found, answer(seen, "arrival")


def led_on(target: Target, seen: Seen) -> frozenset[str]:
    """The paths that the web domain redirects in its turn, as C4 or C12 tells."""
    if proxied(target, seen):
        return frozenset()
    ends = [after for _before, after in hops(target, seen)] if target.split else answered(seen, *ANSWERS)
    return frozenset(after.path for after in ends if after is not None and after.is_redirect)
