# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The handle domain: what is asked there, where it leads, and what answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Literal

from .._labels import labels
from .._probe._handle_probes import HANDLE_PATHS
from .._validate._domain_name import domain_fault

__all__ = [
    "HANDLE_PATHS",
    "LONGEST_AGE",
    "MARK",
    "NAME",
    "STATUSES",
    "Backend",
    "Handle",
    "handle_of",
    "headers",
    "metadata",
    "own_headers",
]

NAME = "mastodon-handle"
# Names the backend in every redirect of ours: by it an answer of a former one is told from that of its successor.
MARK = "X-Handle-Backend"

Backend = Literal["gateway", "traefik", "ingress", "none"]

# What every server and every client follows; all rules and kinds can say these, but for Traefik's and 307.
STATUSES = (301, 302, 307)

# A mistake in a redirect must not outlive its repair by more.
LONGEST_AGE = 86400


@dataclass(frozen=True)
class Handle:
    """The handle domain and what answers for it; each backend reads its own fields and no other's.

    C(max_age) is how long browsers and proxies may keep the redirect, in seconds.
    """

    local_domain: str
    web_domain: str
    namespace: str
    backend: Backend = "gateway"
    status: int = 301
    max_age: int = 3600
    annotations: Mapping[str, str] = field(default_factory=dict)
    # gateway: the Gateway and its HTTPS listener
    gateway_name: str = "mastodon"
    gateway_namespace: str | None = None
    gateway_section: str | None = None
    # traefik and ingress: the certificate, when the controller does not have it
    certificate_secret: str | None = None
    # traefik
    entry_point: str = "websecure"
    # ingress: its class, and the Service that answers the lookups itself
    ingress_class: str | None = None
    service_name: str = "mastodon-web"
    service_port: int = 3000

    def __post_init__(self) -> None:
        """Raises ValueError for names that are no domains, and for what the backend cannot do."""
        for key in ("local_domain", "web_domain"):
            fault = domain_fault(getattr(self, key))
            if fault is not None:
                raise ValueError(f"{key}: '{getattr(self, key)}' {fault.problem}; {fault.cure}")
        if not 0 <= self.max_age <= LONGEST_AGE:
            raise ValueError(f"max_age: {self.max_age} is not within a day; choose 0 to {LONGEST_AGE} seconds")
        if self.backend == "traefik" and self.status == 307:
            raise ValueError("status 307 cannot be had from Traefik's own kinds: take 302 for a trial")

    @property
    def split(self) -> bool:
        return self.local_domain != self.web_domain

    @property
    def redirects(self) -> bool:
        """Whether the apex redirects; an Ingress cannot, and passes the lookups on."""
        return self.backend != "ingress"


def handle_of(given: Mapping[str, Any]) -> Handle:
    """The handle domain as a dictionary tells it; ValueError names every key that is missing or unknown."""
    known = {one.name: one.default is MISSING and one.default_factory is MISSING for one in fields(Handle)}
    problems = [f"{key} is missing" for key, required in known.items() if required and not given.get(key)]
    problems += [f"{key} is unknown; the keys are {', '.join(known)}" for key in given if key not in known]
    if given.get("status", STATUSES[0]) not in STATUSES:
        problems.append(f"status is {given['status']}; it is one of {', '.join(map(str, STATUSES))}")
    age = given.get("max_age", 0)
    if not str(age).isdecimal():
        problems.append(f"max_age is {age}; it is a number of seconds")
    if problems:
        raise ValueError("; ".join(problems))
    # What comes from a command line is text.
    return Handle(**{**given, "max_age": int(age)} if "max_age" in given else given)


def headers(handle: Handle) -> dict[str, str]:
    """What every redirect carries: browsers may read it, and a mistake does not outlive its repair for long."""
    return {"Access-Control-Allow-Origin": "*", "Cache-Control": f"max-age={handle.max_age}"}


def own_headers(handle: Handle) -> dict[str, str]:
    """What a redirect of ours carries, and no rule for servers elsewhere."""
    return {**headers(handle), MARK: handle.backend}


def metadata(handle: Handle, name: str = NAME) -> dict[str, Any]:
    """Annotations are for the route alone: what it refers to interests no other controller."""
    made: dict[str, Any] = {
        "name": name,
        "namespace": handle.namespace,
        "labels": labels(handle.namespace, "edge"),
    }
    if handle.annotations and name == NAME:
        made["annotations"] = dict(handle.annotations)
    return made
