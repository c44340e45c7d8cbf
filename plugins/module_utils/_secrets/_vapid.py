# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VAPID pair of Web Push: an ECDSA key on P-256, in the text form of Mastodon's generator.

Facts: mastodon.md 5.3; webpush: lib/webpush/vapid_key.rb.
"""

from __future__ import annotations

import base64
import binascii
import re
import sys
from collections.abc import Iterator
from typing import Any

from .._kube._errors import Failure
from ._forms import Fault

PRIVATE, PUBLIC = "VAPID_PRIVATE_KEY", "VAPID_PUBLIC_KEY"
# The scalar in bytes, and the uncompressed point: 0x04, X, Y.
SCALAR, POINT = 32, 65

_URL_SAFE = re.compile(r"[A-Za-z0-9_-]+={0,2}")


def generate() -> dict[str, str]:
    """A new pair: 44 and 88 characters of URL-safe base64 with padding."""
    key = _ec().generate_private_key(_ec().SECP256R1())
    scalar = key.private_numbers().private_value
    # Always the full 32 bytes: a number printed without its leading zeroes would be shorter once in 256 times.
    return {PRIVATE: encode(scalar.to_bytes(SCALAR, "big")), PUBLIC: encode(public_point(scalar))}


def check(private: str, public: str) -> Iterator[Fault]:
    """What is wrong with a pair (pains.md T14)."""
    scalar, point = decode(private), decode(public)
    faults = [
        *([Fault(PRIVATE, f"is not {SCALAR} bytes in URL-safe base64")] if not scalar or len(scalar) > SCALAR else []),
        *([Fault(PUBLIC, f"is not {POINT} bytes in URL-safe base64")] if not point or len(point) != POINT else []),
    ]
    if faults or not scalar:
        yield from faults
        return
    try:
        derived = public_point(int.from_bytes(scalar, "big"))
    except ValueError:
        yield Fault(PRIVATE, "is not a private key on P-256")
        return
    if derived != point:
        yield Fault(PUBLIC, f"does not belong to {PRIVATE}: restore both from the same backup")


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def decode(text: str) -> bytes | None:
    """The bytes, or None. Padding may be missing, because Mastodon adds it; the standard alphabet (+ /) is wrong."""
    if not _URL_SAFE.fullmatch(text):
        return None
    bare = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        return None


def public_point(scalar: int) -> bytes:
    """The uncompressed public point of a private scalar; ValueError if the scalar is out of range."""
    numbers = _ec().derive_private_key(scalar, _ec().SECP256R1()).public_key().public_numbers()
    return b"\x04" + numbers.x.to_bytes(SCALAR, "big") + numbers.y.to_bytes(SCALAR, "big")


def _ec() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError as error:
        raise Failure(
            f"The Python package cryptography is missing or broken for {sys.executable} ({error}); install it there"
            " with `pip install cryptography`, or point ansible_python_interpreter at a Python that has it."
        ) from error
    return ec
