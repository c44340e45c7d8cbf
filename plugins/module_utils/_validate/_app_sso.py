# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes about single sign-on: most keep web from starting, or give people wrong names for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._environment._cas import CAS
from .._environment._ldap import LDAP, PAM
from .._environment._oidc import ENDPOINTS, OIDC
from .._environment._saml import SAML
from .._environment._sso import SSO
from ._app_values import settings
from ._mistake import Mistake

_GROUPS = (OIDC, SAML, CAS, LDAP, PAM)

# What each must have to work at all (mastodon.md 5.9).
_NEEDED = {
    "app_oidc": ("issuer", "client_id", "client_secret"),
    "app_saml": ("issuer", "idp_sso_target_url"),
    "app_ldap": ("base", "bind_dn", "password_secret"),
}
# Those that people are sent to; the others take a password themselves.
_PROVIDERS = ("app_oidc", "app_saml", "app_cas")


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    used = {group.variable: given for group in _GROUPS if (given := settings(values, group))}
    for variable, needed in _NEEDED.items():
        for option in needed if variable in used else ():
            if not used[variable][option]:
                yield Mistake(variable, f"{option} is not set", f"set {variable}.{option}")
    if "app_oidc" in used:
        yield from _oidc(used["app_oidc"])
    saml, cas = used.get("app_saml"), used.get("app_cas")
    if saml and not saml["idp_cert"] and not saml["idp_cert_fingerprint"]:
        problem = "nothing tells the provider's answers from forged ones"
        yield Mistake("app_saml", problem, "set idp_cert, or idp_cert_fingerprint")
    if cas and not cas["url"] and not cas["host"]:
        yield Mistake("app_cas", "the provider's address is not set", "set url, or host, port and ssl")
    yield from _only(settings(values, SSO) or {}, [provider for provider in _PROVIDERS if provider in used])


def _oidc(given: Mapping[str, Any]) -> Iterator[Mistake]:
    if not given["uid_field"]:
        problem = "uid_field is not set: it decides people's user names, which can never change"
        yield Mistake("app_oidc", problem, "set the claim with the user name, such as preferred_username")
    if given["issuer"] and not given["issuer"].startswith(("https://", "http://")):
        yield Mistake(
            "app_oidc", f"issuer {given['issuer']} is no address", "copy it from the discovery document, byte for byte"
        )
    if "openid" not in given["scope"]:
        yield Mistake("app_oidc", "scope lacks openid", "add it: without it the provider sends no identity")
    missing = [endpoint for endpoint in ENDPOINTS if not given[endpoint]]
    if not given["discovery"] and missing:
        yield Mistake("app_oidc", f"without discovery {', '.join(missing)} must be set", "set them, or discovery: true")


def _only(given: Mapping[str, Any], providers: list[str]) -> Iterator[Mistake]:
    if given.get("omniauth_only") and not providers:
        problem = "omniauth_only is true without a provider: nobody could sign in"
        yield Mistake("app_sso", problem, "set up app_oidc, app_saml or app_cas")
    if given.get("one_click_sso_login") and (not given.get("omniauth_only") or len(providers) != 1):
        problem = "one_click_sso_login does nothing without omniauth_only and exactly one provider"
        yield Mistake("app_sso", problem, "set omniauth_only: true and one provider, or remove it")
