# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single sign-on with OpenID Connect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ._sso import ASSUME_VERIFIED, switch, web, web_flag
from ._variable import Group, Kind

# Where Devise and OmniAuth expect the provider to return to (mastodon.md 5.9).
CALLBACK = "https://{domain}/auth/auth/openid_connect/callback"

# What the provider's discovery document says otherwise.
ENDPOINTS = ("auth_endpoint", "token_endpoint", "user_info_endpoint", "jwks_uri")

OIDC = Group(
    variable="app_oidc",
    prefix="OIDC_",
    help="Single sign-on with OpenID Connect.",
    source="mastodon.md 5.9, operators.md 19; mastodon: config/initializers/3_omniauth.rb",
    switch="enabled",
    variables=(
        switch("OIDC_ENABLED", "Switch it on."),
        web("OIDC_DISPLAY_NAME", "What the button says."),
        web("OIDC_ISSUER", "The provider's issuer, byte for byte as in its discovery document."),
        web(
            "OIDC_DISCOVERY",
            "Ask the issuer for the addresses below.",
            kind=Kind.FLAG,
            preset=True,
        ),
        web("OIDC_SCOPE", "Scopes to ask for.", kind=Kind.LIST, preset=["openid", "profile", "email"]),
        web(
            "OIDC_UID_FIELD",
            "The claim that becomes the user name, such as V(preferred_username). There is no default: with V(sub) "
            "people get random handles, and handles are for ever.",
        ),
        web("OIDC_CLIENT_ID", "The client's id with the provider."),
        web("OIDC_CLIENT_SECRET", "The client's secret.", kind=Kind.SECRET),
        web(
            "OIDC_REDIRECT_URI",
            f"Where the provider returns to, {CALLBACK.format(domain='the web domain')} unless set.",
        ),
        web("OIDC_CLIENT_AUTH_METHOD", "How the client authenticates.", default="V(basic)"),
        web("OIDC_RESPONSE_TYPE", "The flow's response type.", default="V(code)"),
        web("OIDC_RESPONSE_MODE", "The flow's response mode.", default="V(query)"),
        web("OIDC_DISPLAY", "How the provider shows its pages.", default="V(page)"),
        web("OIDC_PROMPT", "What the provider asks people for."),
        web_flag("OIDC_USE_PKCE", "Use PKCE."),
        web_flag("OIDC_SEND_NONCE", "Send a nonce.", default="V(true)"),
        web_flag("OIDC_SEND_SCOPE_TO_TOKEN_ENDPOINT", "Repeat the scopes to the token endpoint.", default="V(true)"),
        web("OIDC_IDP_LOGOUT_REDIRECT_URI", "Where the provider returns to after signing out."),
        # The release's source reads OIDC_HOST and OIDC_PORT; OIDC_HTTP_HOST and OIDC_HTTP_PORT are read by nothing.
        web("OIDC_HTTP_SCHEME", "Scheme of the provider's addresses.", default="V(https)"),
        web("OIDC_HOST", "Host of the provider's addresses."),
        web("OIDC_PORT", "Port of the provider's addresses.", kind=Kind.INTEGER),
        web("OIDC_AUTH_ENDPOINT", "Address to send people to, without discovery."),
        web("OIDC_TOKEN_ENDPOINT", "Address to ask for tokens, without discovery."),
        web("OIDC_USER_INFO_ENDPOINT", "Address to ask for claims, without discovery."),
        web("OIDC_JWKS_URI", "Address of the provider's keys, without discovery."),
        web("OIDC_END_SESSION_ENDPOINT", "Address to sign out at."),
        web_flag("OIDC_SECURITY_ASSUME_EMAIL_IS_VERIFIED", ASSUME_VERIFIED),
    ),
)


def derived(given: Mapping[str, Any], web_domain: str) -> Iterator[tuple[str, Any]]:
    """Where the provider returns to."""
    if not given.get("redirect_uri"):
        yield "OIDC_REDIRECT_URI", CALLBACK.format(domain=web_domain)
