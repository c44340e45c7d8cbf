# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in with the password of a directory (LDAP) or of the system (PAM)."""

from __future__ import annotations

from ._sso import switch, web, web_flag
from ._variable import Group, Kind

LDAP = Group(
    variable="app_ldap",
    prefix="LDAP_",
    help="Signing in with the password of an LDAP directory.",
    source="mastodon.md 5.9; mastodon: config/initializers/devise.rb, app/models/concerns/user/ldap_authenticable.rb",
    switch="enabled",
    variables=(
        switch("LDAP_ENABLED", "Switch it on."),
        web("LDAP_HOST", "The directory's host.", default="V(localhost)"),
        web("LDAP_PORT", "Its port.", kind=Kind.INTEGER, default="V(389)"),
        web(
            "LDAP_METHOD",
            "How it is spoken to: TLS from the start, switching to TLS, or neither.",
            choices=("simple_tls", "start_tls", "plain"),
            default="V(simple_tls)",
        ),
        web("LDAP_BASE", "Where people are searched for, such as V(ou=people,dc=example,dc=org)."),
        web("LDAP_BIND_DN", "Who searches."),
        web("LDAP_PASSWORD", "The searcher's password.", kind=Kind.SECRET, option="password_secret"),
        web("LDAP_UID", "The attribute with the user name.", default="V(cn)"),
        web("LDAP_MAIL", "The attribute with the e-mail address.", default="V(mail)"),
        web_flag("LDAP_TLS_NO_VERIFY", "Do not verify the certificate: anybody in between reads the passwords."),
        web("LDAP_SEARCH_FILTER", "The search.", default="C((|(%<uid>s=%<email>s)(%<mail>s=%<email>s)))"),
        web_flag("LDAP_UID_CONVERSION_ENABLED", "Replace characters that a user name may not have."),
        web("LDAP_UID_CONVERSION_SEARCH", "Those characters.", default="C(.,- )"),
        web("LDAP_UID_CONVERSION_REPLACE", "What they become.", default="V(_)"),
    ),
)

PAM = Group(
    variable="app_pam",
    prefix="PAM_",
    help="Signing in with the password of the system, for images of your own that have PAM.",
    source="mastodon.md 5.9; mastodon: config/initializers/devise.rb",
    switch="enabled",
    variables=(
        switch("PAM_ENABLED", "Switch it on."),
        web("PAM_EMAIL_DOMAIN", "Domain of people's addresses.", default="the local domain"),
        web("PAM_DEFAULT_SERVICE", "The PAM service that is asked.", default="V(rpam)"),
        web("PAM_CONTROLLED_SERVICE", "The PAM service that decides who may sign in at all."),
    ),
)
