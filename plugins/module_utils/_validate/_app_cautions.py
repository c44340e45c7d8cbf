# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is allowed and may be meant, but is said aloud at every run (T35)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._environment._cas import CAS
from .._environment._ldap import LDAP
from .._environment._mail import BULK_SMTP, SMTP
from .._environment._oidc import OIDC
from .._environment._saml import SAML
from .._environment._sso import SSO
from . import _app_assets, _app_maintenance
from ._app_values import settings


def cautions(values: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each choice in the `app_*` variables that an administrator should remember having made."""
    yield from _mail(values)
    yield from _app_maintenance.cautions(values)
    yield from _app_assets.cautions(values)
    ldap, cas, sso = settings(values, LDAP), settings(values, CAS), settings(values, SSO)
    if ldap and ldap["tls_no_verify"]:
        yield "app_ldap.tls_no_verify: the directory's certificate is not verified; anybody in between reads passwords."
    if ldap and ldap["method"] == "plain":
        yield "app_ldap.method: passwords are sent to the directory in plain text."
    if cas and cas["disable_ssl_verification"]:
        yield "app_cas.disable_ssl_verification: anybody between web and the provider can sign in as anybody."
    for group in (OIDC, SAML, CAS):
        given = settings(values, group)
        if given and given["security_assume_email_is_verified"]:
            yield (
                f"{group.variable}.security_assume_email_is_verified: whoever can choose an address with the provider"
                " can take over the account that has it."
            )
    if sso and sso["allow_unsafe_auth_provider_reattach"]:
        yield "app_sso.allow_unsafe_auth_provider_reattach: accounts are connected by their addresses alone."
    oidc = settings(values, OIDC)
    if oidc and oidc["uid_field"] == "sub":
        yield "app_oidc.uid_field: with sub most providers give people random user names, which can never change."


def _mail(values: Mapping[str, Any]) -> Iterator[str]:
    if settings(values, SMTP) is None:
        yield "app_smtp.server is not set: no mail is sent, not even for a forgotten password or a sign-up."
    for group in (SMTP, BULK_SMTP):
        given = settings(values, group)
        if given and given["openssl_verify_mode"] == "none":
            yield f"{group.variable}.openssl_verify_mode: the mail server's certificate is not verified."
