"""The table `settings`: YAML values, defaults where there is no row (mastodon.md 5.12; mastodon: setting.rb)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

# mastodon: config/settings.yml, of those that show from outside
DEFAULTS: Mapping[str, Any] = {
    "site_title": "Mastodon",
    "site_short_description": "",
    "site_description": "",
    "site_contact_username": "",
    "site_contact_email": "",
    "registrations_mode": "none",
    "require_invite_text": False,
    "local_live_feed_access": "public",
    "remote_live_feed_access": "public",
    "backups_retention_period": 7,
}


def decode(name: str, stored: str | None) -> Any:
    return DEFAULTS.get(name) if stored is None else yaml.safe_load(stored)


def encode(value: Any) -> str:
    """As Ruby's to_yaml writes a scalar: "--- open\\n"."""
    return yaml.safe_dump(value, explicit_start=True).removesuffix("...\n")


def read_setting(connection: Any, name: str) -> Any:
    row = connection.execute("SELECT value FROM settings WHERE var = %s", (name,)).fetchone()
    return decode(name, row[0] if row else None)


def write_setting(connection: Any, name: str, value: Any) -> None:
    connection.execute(
        "INSERT INTO settings (var, value, created_at, updated_at) VALUES (%s, %s, now(), now())"
        " ON CONFLICT (var) DO UPDATE SET value = excluded.value, updated_at = now()",
        (name, encode(value)),
    )
