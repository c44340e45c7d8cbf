# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single sign-on with SAML."""

from __future__ import annotations

from ._sso import ASSUME_VERIFIED, switch, web, web_flag
from ._variable import Group, Kind

_STATEMENTS = {
    "UID": "the user name",
    "EMAIL": "the e-mail address",
    "FULL_NAME": "the full name",
    "FIRST_NAME": "the first name",
    "LAST_NAME": "the last name",
    "VERIFIED": "whether the person is verified",
    "VERIFIED_EMAIL": "the verified e-mail address",
}

SAML = Group(
    variable="app_saml",
    prefix="SAML_",
    help="Single sign-on with SAML.",
    source="mastodon.md 5.9; mastodon: config/initializers/3_omniauth.rb",
    switch="enabled",
    variables=(
        switch("SAML_ENABLED", "Switch it on."),
        web("SAML_DISPLAY_NAME", "What the button says."),
        web("SAML_ACS_URL", "Where the provider returns to."),
        web("SAML_ISSUER", "This instance's name with the provider."),
        web("SAML_IDP_SSO_TARGET_URL", "Address to send people to."),
        web("SAML_IDP_CERT", "The provider's certificate, in PEM form."),
        web("SAML_IDP_CERT_FINGERPRINT", "Its fingerprint instead."),
        web("SAML_NAME_IDENTIFIER_FORMAT", "Format of the name identifier."),
        web("SAML_CERT", "This instance's certificate, in PEM form."),
        web("SAML_PRIVATE_KEY", "Its private key.", kind=Kind.SECRET, option="private_key_secret"),
        web_flag("SAML_SECURITY_WANT_ASSERTION_SIGNED", "Refuse assertions that are not signed."),
        web_flag("SAML_SECURITY_WANT_ASSERTION_ENCRYPTED", "Refuse assertions that are not encrypted."),
        web_flag("SAML_SECURITY_ASSUME_EMAIL_IS_VERIFIED", ASSUME_VERIFIED),
        web("SAML_UID_ATTRIBUTE", "The attribute that tells people apart, the name identifier unless set."),
        web("SAML_ALLOWED_CLOCK_DRIFT", "Seconds that the clocks may differ by.", kind=Kind.INTEGER),
        *(
            web(f"SAML_ATTRIBUTES_STATEMENTS_{name}", f"The attribute with {what}.")
            for name, what in _STATEMENTS.items()
        ),
    ),
)
