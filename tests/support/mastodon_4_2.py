"""A database that Mastodon 4.2 left: its schema, as far as the double has it, and a user with a second factor."""

from __future__ import annotations

from support.playbooks import ROOT

SCHEMA = ROOT / "tests/double/mastodon_double/schema"
# The newest migration of 4.2.0.
NEWEST = 20230907150100
OTP_SECRET = "the-otp-secret-of-an-instance-of-4.2"
SECOND_FACTOR = "JBSWY3DPEHPK3PXP"
# What the gem encryptor makes of it with that secret, computed once with Ruby's OpenSSL; then iv and salt.
ENCRYPTED = ("rLm2McmgJCjG0dcWOTTQ4Jmb/mpqUskn3fR9nT3MQzU=", "qbBpCHDVy2T5h6xv", "_OgL9nqsS5UuYzinUCW6UNw==")
_ALICE = f"""
INSERT INTO accounts (id, username, created_at, updated_at) VALUES (1, 'alice', now(), now());
INSERT INTO users (account_id, otp_required_for_login, encrypted_otp_secret, encrypted_otp_secret_iv,
  encrypted_otp_secret_salt, created_at, updated_at) VALUES (1, true, {", ".join(map(repr, ENCRYPTED))}, now(), now());
"""


def script(owner: str) -> str:
    """What makes the database, in SQL."""
    tables = [(SCHEMA / name).read_text() for name in ("timestamp_id.sql", "base.sql")]
    versions = (line.split()[0] for line in (SCHEMA / "migrations.txt").read_text().splitlines() if line[:1].isdigit())
    applied = ", ".join(f"('{version}')" for version in versions if int(version) <= NEWEST)
    known = (
        f"CREATE TABLE schema_migrations (version varchar PRIMARY KEY); INSERT INTO schema_migrations VALUES {applied};"
    )
    return "\n".join((f"SET ROLE {owner};", *tables, known, _ALICE))
