# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses put together from their parts."""

from __future__ import annotations

from urllib.parse import quote


def authority_part(host: str, port: int | str, user: str = "", password: str = "") -> str:
    """What stands between the scheme and the path. A password is a reference to a variable and put in as it is."""
    who = quote(user, safe="") + (f":{password}" if password else "")
    where = f"[{host}]" if ":" in host else host
    return f"{who}@{where}:{port}" if who else f"{where}:{port}"
