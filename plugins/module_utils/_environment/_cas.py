# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single sign-on with CAS."""

from __future__ import annotations

from ._sso import ASSUME_VERIFIED, switch, web, web_flag
from ._variable import Group, Kind

_ATTRIBUTES = {
    "UID": "user",
    "NAME": "name",
    "EMAIL": "email",
    "NICKNAME": "nickname",
    "FIRST_NAME": "firstname",
    "LAST_NAME": "lastname",
    "LOCATION": "location",
    "IMAGE": "image",
    "PHONE": "phone",
}

CAS = Group(
    variable="app_cas",
    prefix="CAS_",
    help="Single sign-on with CAS.",
    source="mastodon.md 5.9; mastodon: config/initializers/3_omniauth.rb",
    switch="enabled",
    variables=(
        switch("CAS_ENABLED", "Switch it on."),
        web("CAS_DISPLAY_NAME", "What the button says."),
        web("CAS_URL", "The provider's address. Instead of host, port and TLS."),
        web("CAS_HOST", "The provider's host."),
        web("CAS_PORT", "Its port.", kind=Kind.INTEGER),
        web_flag("CAS_SSL", "Whether it is spoken to over TLS."),
        web("CAS_VALIDATE_URL", "Path that tickets are validated at."),
        web("CAS_CALLBACK_URL", "Where the provider returns to."),
        web("CAS_LOGOUT_URL", "Path to sign out at."),
        web("CAS_LOGIN_URL", "Path to sign in at."),
        web("CAS_UID_FIELD", "The field of the answer that tells people apart.", default="V(user)"),
        web(
            "CAS_CA_PATH",
            "Authority of the provider's certificate, if not a public one.",
            kind=Kind.FILE,
            option="ca_secret",
        ),
        web_flag(
            "CAS_DISABLE_SSL_VERIFICATION", "Do not verify the certificate: anybody in between can sign in as anybody."
        ),
        web_flag("CAS_SECURITY_ASSUME_EMAIL_IS_VERIFIED", ASSUME_VERIFIED),
        *(
            web(f"CAS_{name}_KEY", f"The attribute with the {name.lower().replace('_', ' ')}.", default=f"V({default})")
            for name, default in _ATTRIBUTES.items()
        ),
    ),
)
