# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every environment variable that the collection gives a value, by name: the one place that knows who reads what."""

from __future__ import annotations

from collections.abc import Mapping

from ._cas import CAS
from ._connections import CACHE, DATABASE, SECRETS, STORAGE
from ._integrations import CACHE_BUSTER, CAPTCHA, TRANSLATION
from ._ldap import LDAP, PAM
from ._limits import LIMITS, RUNTIME, SOURCE, THREADS
from ._mail import BULK_SMTP, SMTP
from ._observability import METRICS, TRACING
from ._oidc import OIDC
from ._saml import SAML
from ._search import SEARCH
from ._site import DOMAINS, FEDERATION, PROXY, SITE
from ._sso import SSO
from ._variable import Group, Variable

# The role variables that are dictionaries of options, in the order in which they are documented.
SUBJECTS: tuple[Group, ...] = (
    SITE,
    FEDERATION,
    PROXY,
    LIMITS,
    RUNTIME,
    SMTP,
    BULK_SMTP,
    SEARCH,
    SSO,
    OIDC,
    SAML,
    CAS,
    LDAP,
    PAM,
    TRANSLATION,
    CAPTCHA,
    CACHE_BUSTER,
    METRICS,
    TRACING,
    SOURCE,
)

# What follows from other inputs: names, sizes and the facts that other roles publish.
DERIVED: tuple[Group, ...] = (DOMAINS, THREADS, DATABASE, CACHE, STORAGE, SECRETS)

VARIABLES: Mapping[str, tuple[Group, Variable]] = {
    variable.name: (group, variable) for group in (*SUBJECTS, *DERIVED) for variable in group.variables
}


def variable(name: str) -> Variable:
    """What is known of a variable; KeyError if it is not in the catalog."""
    return VARIABLES[name][1]
