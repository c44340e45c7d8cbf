# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Host-meta (RFC 6415): where a domain says that its accounts are looked up."""

from __future__ import annotations

from xml.etree import ElementTree

_XRD = "{http://docs.oasis-open.org/ns/xri/xrd-1.0}"


def lrdd_template(body: bytes) -> str | None:
    """The template that software takes, the first one; None for what is no XRD or has none."""
    if b"<!DOCTYPE" in body:  # an XRD has none, and entities of a stranger are not to be expanded
        return None
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError):  # the last two: encodings that Python lacks
        return None
    links = root.iterfind(f"{_XRD}Link") if root.tag == f"{_XRD}XRD" else ()
    return next((link.get("template") for link in links if link.get("rel") == "lrdd" and link.get("template")), None)
