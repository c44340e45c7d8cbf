# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Salted fingerprints of values, kept beside them to notice a change.

They are an annotation of the Secret itself, readable by exactly those who may read the values. The keys hold 128 random
bits or more, so not even a plain digest could be turned back; the salt, one for each Secret, keeps two copies of a key
from being recognised as the same, and guesses at a weak value that somebody gave from being looked up in a table.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fingerprints:
    salt: str
    digests: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls) -> Fingerprints:
        return cls(secrets.token_hex(16))

    @classmethod
    def parse(cls, text: str | None) -> Fingerprints | None:
        """What ``str()`` wrote, or None; a text that somebody mangled counts as none."""
        try:
            read = json.loads(text or "")
            return cls(str(read["salt"]), {str(key): str(digest) for key, digest in read["keys"].items()})
        except (ValueError, TypeError, KeyError, AttributeError):
            return None

    def __str__(self) -> str:
        return json.dumps({"salt": self.salt, "keys": dict(sorted(self.digests.items()))})

    def changed(self, values: Mapping[str, str]) -> list[str]:
        """The keys whose value is not the one that was seen last."""
        return [
            key for key, digest in self.digests.items() if key in values and self._digest(key, values[key]) != digest
        ]

    def covering(self, values: Mapping[str, str]) -> Fingerprints:
        """With the fingerprints of these values; those of other keys stay."""
        return Fingerprints(
            self.salt, {**self.digests, **{key: self._digest(key, value) for key, value in values.items()}}
        )

    def _digest(self, key: str, value: str) -> str:
        return hmac.new(self.salt.encode(), f"{key}={value}".encode(), hashlib.sha256).hexdigest()[:32]
