# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single sign-on in general. All of it concerns web alone: no other process signs anybody in."""

from __future__ import annotations

from typing import Any

from ._variable import WEB, Group, Kind, Variable


def web(name: str, help_text: str, **more: Any) -> Variable:
    """A variable that only web reads."""
    return Variable(name, help_text, processes=WEB, **more)


def web_flag(name: str, help_text: str, default: str = "V(false)") -> Variable:
    """A switch that only web reads."""
    return web(name, help_text, kind=Kind.FLAG, default=default)


def switch(name: str, help_text: str) -> Variable:
    """The switch of a whole group, off unless set."""
    return web(name, help_text, kind=Kind.FLAG, preset=False)


ASSUME_VERIFIED = (
    "Take every address for verified. Only where the provider verifies them: else anybody takes over anybody's account."
)

SSO = Group(
    variable="app_sso",
    help="Single sign-on in general.",
    source="mastodon.md 5.9; mastodon: app/helpers/application_helper.rb, app/models/concerns/user/omniauthable.rb",
    variables=(
        web_flag("OMNIAUTH_ONLY", "Nobody signs in with a password."),
        web_flag(
            "ONE_CLICK_SSO_LOGIN",
            "Go to the provider at once; needs O(app_sso.omniauth_only) and exactly one provider. With OpenID Connect "
            "and discovery the provider must be up whenever web starts.",
        ),
        web_flag(
            "ALLOW_UNSAFE_AUTH_PROVIDER_REATTACH",
            "Connect a provider's account to a local one with the same address, without asking for its password.",
        ),
        web("SSO_ACCOUNT_SIGN_UP", "Address where people sign up with the provider."),
        web("SSO_ACCOUNT_SETTINGS", "Address of people's settings with the provider."),
    ),
)
