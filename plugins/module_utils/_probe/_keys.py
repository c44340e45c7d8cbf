# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""RSA public keys as ActivityPub documents carry them, as far as their size."""

from __future__ import annotations

import base64
import binascii
import re

_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----")
_RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d010101")  # RFC 8017: OBJECT IDENTIFIER 1.2.840.113549.1.1.1
_INTEGER, _BIT_STRING, _SEQUENCE = 0x02, 0x03, 0x30


def rsa_bits(pem: object) -> int | None:
    """The length of the modulus; None for what is not an RSA key in PEM form (RFC 5280, SubjectPublicKeyInfo)."""
    found = _PEM.search(pem) if isinstance(pem, str) else None
    try:
        outer, _end = _content(base64.b64decode(found[1]) if found else b"", _SEQUENCE)
        algorithm, rest = _content(outer, _SEQUENCE)
        bits, _end = _content(rest, _BIT_STRING)
        key, _end = _content(bits[1:], _SEQUENCE)
        modulus, _end = _content(key, _INTEGER)
    except (ValueError, binascii.Error):
        return None
    return int.from_bytes(modulus, "big").bit_length() if algorithm.startswith(_RSA_ENCRYPTION) else None


def _content(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of a DER value that must have this tag, and what follows it."""
    if len(der) < 2 or der[0] != tag:
        raise ValueError("another tag is expected")
    start, length = 2, der[1]
    if length & 0x80:  # the long form: so many bytes hold the length
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    if len(der) < start + length:
        raise ValueError("the value is cut off")
    return der[start : start + length], der[start + length :]
