# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a name that is to be a domain of an instance; the name itself is never changed."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from .._probe._names import punycode

_LABEL = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")
_LONGEST = 253


@dataclass(frozen=True)
class Fault:
    problem: str
    cure: str


def domain_fault(name: str) -> Fault | None:  # noqa: PLR0911  (one return for each way of being wrong)
    """The first thing that keeps ``name`` from being a public host name as certificates and handles write it."""
    if not name.strip():
        return Fault("is empty", "give a domain, such as social.example.org")
    if "://" in name:
        return Fault("begins with a scheme", _shorter(name.partition("://")[2].partition("/")[0]))
    if "/" in name:
        return Fault("has a path", _shorter(name.partition("/")[0]))
    if "@" in name:
        return Fault("is a handle or an address", _shorter(name.rpartition("@")[2]))
    if _is_address(name):
        return Fault("is an IP address", "give a domain: handles and certificates need one")
    if ":" in name:
        return Fault("has a port", _shorter(name.partition(":")[0]) + "; other servers only ask port 443")
    if name != name.strip() or name.endswith("."):
        return Fault("has a space or a dot around it", _shorter(name.strip().rstrip(".")))
    if "*" in name:
        return Fault("is a wildcard", "give one name: an instance has exactly one")
    if not name.isascii():
        unsure = "take the form xn--… from your registry, for software reads these letters in two ways"
        return Fault("has letters beyond a to z", f"write it as DNS does: {punycode(name) or unsure}")
    if name != name.lower():
        return Fault("has capital letters", f"write {name.lower()}: handles are compared byte for byte")
    if "_" in name:
        return Fault("has an underscore", "choose a name of letters, digits and hyphens: no certificate covers another")
    return _label_fault(name)


def _label_fault(name: str) -> Fault | None:
    labels = name.split(".")
    if len(labels) == 1:
        return Fault("is not a full domain", f"give all of it, such as {name}.example.org")
    if len(name) > _LONGEST or any(len(label) > 63 for label in labels):
        return Fault("is too long", f"keep each part within 63 characters and the whole within {_LONGEST}")
    wrong = [label for label in labels if not _LABEL.match(label)]
    if wrong:
        return Fault(f"has the part '{wrong[0]}'", "use letters, digits and hyphens, with no hyphen at either end")
    if labels[-1].isdigit():
        return Fault("ends in a number", "give a domain, such as social.example.org")
    return None


def _shorter(name: str) -> str:
    return f"write {name}" if domain_fault(name) is None else "give the domain alone, such as social.example.org"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
