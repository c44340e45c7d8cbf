# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes out of logs and events what looks like a credential: programs print their configuration when they fail."""

from __future__ import annotations

import re

HIDDEN = "(hidden)"
_PATTERNS = (
    # scheme://user:password@host
    re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@]+(?=@)", re.IGNORECASE),
    # PASSWORD=value, "api_key": "value", secret: value, Authorization: Bearer value
    re.compile(
        r"(?P<keep>\b[\w-]*(?:pass(?:wd|word|phrase)?|(?:secret|token|api[_-]?key|private[_-]?key|authorization|salt)\w*)"
        r"[\"']?\s*[=:]\s*[\"']?(?:bearer\s+|basic\s+)?)[^\s\"',;]+",
        re.IGNORECASE,
    ),
)


def scrub(text: str) -> str:
    for pattern in _PATTERNS:
        text = pattern.sub(lambda match: match["keep"] + HIDDEN, text)
    return text
