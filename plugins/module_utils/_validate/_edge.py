# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes in the edge's variables that types cannot tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .._edge._handle import LONGEST_AGE
from .._probe._addresses import parse_overrides
from ._domain_name import domain_fault
from ._edge_backend import mistakes as backend_mistakes
from ._edge_backend import own_gateway
from ._mistake import Mistake

# A Gateway API duration (GEP-2257).
_DURATION = re.compile(r"(\d{1,5}(h|m|s|ms)){1,4}")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_NAMES = tuple(
    f"edge_{prefix}gateway_{part}" for prefix in ("", "handle_") for part in ("name", "namespace", "section")
)
_CERTIFICATES = ("edge_certificate_secret", "edge_handle_certificate_secret", "edge_certificate_issuer")
# What the role's own Certificates write; an existing Secret of that name would have two owners.
ISSUED_SECRETS = ("mastodon-web-tls", "mastodon-handle-tls")


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every mistake in the `edge_*` variables."""
    for variable in ("edge_local_domain", "edge_web_domain"):
        fault = domain_fault(values[variable]) if isinstance(values.get(variable), str) else None
        if fault is not None:
            yield Mistake(variable, f"'{values[variable]}' {fault.problem}", fault.cure)
    yield from backend_mistakes(values)
    yield from _certificates(values)
    yield from _names(values)
    for variable in ("edge_request_timeout", "edge_streaming_timeout"):
        value = values.get(variable)
        if value is not None and not _DURATION.fullmatch(str(value)):
            yield Mistake(variable, f"'{value}' is not a duration", "write it like 120s, or 0s for no limit")
    age = values.get("edge_redirect_max_age")
    if isinstance(age, int) and not 0 <= age <= LONGEST_AGE:
        yield Mistake("edge_redirect_max_age", f"{age} is not within a day", f"choose 0 to {LONGEST_AGE} seconds")
    yield from _resolve(values.get("edge_resolve"))


def _certificates(values: Mapping[str, Any]) -> Iterator[Mistake]:
    secret, handle_secret, issuer = (values.get(variable) for variable in _CERTIFICATES)
    on_gateway = values.get("edge_backend", "gateway") == "gateway"
    if on_gateway and not own_gateway(values):
        for variable in _CERTIFICATES:
            if values.get(variable):
                problem = "has no effect with a Gateway of somebody else, whose listeners bring their certificates"
                yield Mistake(variable, problem, "remove it, or set edge_gateway_create: true")
        return
    if on_gateway and not secret and not issuer:
        cure = "name an existing Secret, or an issuer of cert-manager in edge_certificate_issuer"
        yield Mistake("edge_certificate_secret", "is not set, and no issuer either: there is no certificate", cure)
    if secret and issuer:
        problem = f"Secret {secret} is given as well: it would have two owners"
        yield Mistake(
            "edge_certificate_issuer", problem, "keep one of edge_certificate_secret, edge_certificate_issuer"
        )
    elif issuer and handle_secret in ISSUED_SECRETS:
        problem = f"{handle_secret} is written by the certificate that edge_certificate_issuer orders"
        yield Mistake("edge_handle_certificate_secret", problem, "remove it: the issuer covers both domains")


def _names(values: Mapping[str, Any]) -> Iterator[Mistake]:
    for variable in _NAMES:
        name = values.get(variable)
        if isinstance(name, str) and not _NAME.fullmatch(name):
            yield Mistake(
                variable, f"'{name}' is not a name of Kubernetes", "use lower-case letters, digits, dots and hyphens"
            )
    namespace, gateways = values.get("edge_namespace"), values.get("edge_gateway_namespace")
    if own_gateway(values) and namespace and gateways not in (None, namespace):
        problem = f"a Gateway of its own lives in {namespace}, with the instance"
        cure = f"remove it, or set edge_gateway_create: false for a Gateway that exists in {gateways}"
        yield Mistake("edge_gateway_namespace", problem, cure)
    section, plain = values.get("edge_gateway_section"), values.get("edge_gateway_http_section")
    if section and section == plain:
        problem = f"'{plain}' is the listener of edge_gateway_section: it would redirect to itself for ever"
        yield Mistake("edge_gateway_http_section", problem, "name the listener on port 80, or null if there is none")


def _resolve(lines: Any) -> Iterator[Mistake]:
    for line in lines if isinstance(lines, list) else ():
        try:
            parse_overrides([line])
        except ValueError as error:
            yield Mistake("edge_resolve", str(error), "write each as host:port:address")
