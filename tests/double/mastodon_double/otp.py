"""Second factors of 4.2, and what one migration makes of them (db/post_migrate/20240307180905_…; mastodon.md 11.1).

What it writes stands in the clear here; Mastodon encrypts it anew.
"""

from __future__ import annotations

import base64
import hashlib
import sys
from collections.abc import Mapping
from typing import Any

MIGRATION = 20240307180905
_ROUNDS, _KEY_LENGTH = 2000, 32  # legacy_otp_secret
_USERS = """
SELECT id, encrypted_otp_secret, encrypted_otp_secret_iv, encrypted_otp_secret_salt FROM users
WHERE otp_required_for_login AND otp_secret IS NULL AND encrypted_otp_secret IS NOT NULL
"""


def fetched(env: Mapping[str, str]) -> str:
    """LEGACY_OTP_SECRET: fetched hard when the file is loaded, whether anybody has a second factor or not."""
    return env["OTP_SECRET"]


def decrypted(otp_secret: str, encrypted: str, iv: str, salt: str) -> bytes:
    """legacy_otp_secret; cryptography's InvalidTag where OTP_SECRET is another one."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = hashlib.pbkdf2_hmac("sha1", otp_secret.encode(), _decoded(salt), _ROUNDS, _KEY_LENGTH)
    return AESGCM(key).decrypt(_decoded(iv), _decoded(encrypted), b"")


def _decoded(text: str) -> bytes:
    """As Ruby's decode64 does: what is not of the alphabet is passed over, such as the salt's first character."""
    return base64.b64decode(text, validate=False)


def reencrypt(connection: Any, otp_secret: str, env: Mapping[str, str]) -> None:
    """up: for everybody with a second factor that is not in the new column yet."""
    from cryptography.exceptions import InvalidTag

    for user, *stored in connection.execute(_USERS).fetchall():
        try:
            clear = decrypted(otp_secret, *stored).decode()
        except InvalidTag:
            if env.get("MIGRATION_IGNORE_INVALID_OTP_SECRET") == "true":
                continue
            sys.exit(f"\nERROR: Unable to decrypt OTP secret for user {user}.\n\nMigration aborted.")
        connection.execute("UPDATE users SET otp_secret = %s WHERE id = %s", (clear, user))
