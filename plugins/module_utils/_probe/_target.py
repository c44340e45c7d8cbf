# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is checked: one instance, its two domains, and what is expected of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ._http import Observation, Response

Seen = Mapping[str, Observation]

# Codes that all five clients followed on which the code was varied; 303 is not among them.
FOLLOWED_REDIRECTS = frozenset({301, 302, 307, 308})
# Somebody in front of the answer refuses the asker: C11's matter, and no other clause's.
REFUSALS = frozenset({401, 403, 429})


@dataclass(frozen=True)
class Target:
    """The instance and the expectations of whoever asks.

    C(local_known) is false when nobody could tell the local domain; the web domain then stands in its place.
    C(redirect_status) is the exact code of the redirect; None accepts every code that clients follow.
    C(proxying) accepts an apex that answers itself.
    C(app) is false before the application runs: then nothing is asked of the web domain.
    C(families) are the names that have addresses of both families, which are then tried one by one.
    C(resolved) is what the names resolve to where the instance itself asks, inside its cluster.
    C(least_days) is how long certificates must last from C(now), a Unix time.
    """

    local_domain: str
    web_domain: str
    local_known: bool = True
    redirect_status: int | None = None
    proxying: bool = True
    app: bool = True
    account: str | None = None
    media_host: str | None = None
    families: tuple[str, ...] = ()
    resolved: Mapping[str, tuple[str, ...]] | None = None
    least_days: int = 14
    now: float = 0.0

    @property
    def split(self) -> bool:
        return self.local_domain != self.web_domain

    @property
    def instance_actor(self) -> str:
        """A handle every instance has, whoever its users are: the instance actor's."""
        return f"{self.local_domain}@{self.local_domain}"

    def apex(self, target: str) -> str:
        return f"https://{self.local_domain}{target}"

    def web(self, target: str) -> str:
        return f"https://{self.web_domain}{target}"


def answered(seen: Seen, *names: str) -> list[Response]:
    """The answers among these observations, in this order."""
    return [answer for answer in map(seen.get, names) if isinstance(answer, Response)]


def answer(seen: Seen, name: str) -> Response | None:
    found = seen.get(name)
    return found if isinstance(found, Response) else None
