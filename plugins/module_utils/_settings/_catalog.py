# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings that Mastodon keeps in its database, as the form behind its administration pages takes them.

Names, types and choices are those of mastodon: app/models/form/admin_settings.rb at v4.6.5, defaults those of
config/settings.yml (mastodon.md 5.12). Pictures are no texts, and are left to the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean


@dataclass(frozen=True)
class Setting:
    type: type[str] | type[bool] | type[int]
    choices: tuple[str, ...] = ()
    longest: int | None = None


TEXT, SWITCH, NUMBER = Setting(str), Setting(bool), Setting(int)
_FEED = Setting(str, ("public", "authenticated", "disabled"))
_AUDIENCE = Setting(str, ("disabled", "users", "all"))

MEDIA_CACHE = "media_cache_retention_period"
CONTENT_CACHE = "content_cache_retention_period"
BACKUPS = "backups_retention_period"
# In days; without a positive number what they are about is kept for ever (mastodon.md 7).
RETENTION = (MEDIA_CACHE, CONTENT_CACHE, BACKUPS)

SETTINGS: Mapping[str, Setting] = {
    "activity_api_enabled": SWITCH,
    "allow_referrer_origin": SWITCH,
    BACKUPS: NUMBER,
    "bootstrap_timeline_accounts": TEXT,
    "captcha_enabled": SWITCH,
    "closed_registrations_message": TEXT,
    CONTENT_CACHE: NUMBER,
    "custom_css": TEXT,
    "email_footer_text": TEXT,
    "landing_page": Setting(str, ("trends", "overview", "local_feed", "about")),
    "local_live_feed_access": _FEED,
    "local_topic_feed_access": Setting(str, ("public", "authenticated")),
    MEDIA_CACHE: NUMBER,
    "min_age": NUMBER,
    "noindex": SWITCH,
    "peers_api_enabled": SWITCH,
    "preview_sensitive_media": SWITCH,
    "profile_directory": SWITCH,
    "registrations_mode": Setting(str, ("open", "approved", "none")),
    "remote_live_feed_access": _FEED,
    "remote_topic_feed_access": _FEED,
    "require_invite_text": SWITCH,
    "show_domain_blocks": _AUDIENCE,
    "show_domain_blocks_rationale": _AUDIENCE,
    "site_contact_email": TEXT,
    "site_contact_username": TEXT,
    "site_extended_description": TEXT,
    "site_short_description": Setting(str, longest=200),
    "site_terms": TEXT,
    "site_title": TEXT,
    "status_page_url": TEXT,
    "theme": TEXT,
    "thumbnail_description": Setting(str, longest=200),
    "trendable_by_default": SWITCH,
    "trends": SWITCH,
    "wrapstodon": SWITCH,
}

# What the form has and is not set here, with what to do instead.
ELSEWHERE: Mapping[str, str] = {
    "authorized_fetch": "set app_federation.authorized_fetch: the environment decides over the database",
    **dict.fromkeys(("app_icon", "favicon", "mascot", "thumbnail"), "upload the picture in the administration pages"),
}

# What the administration pages themselves warn of (mastodon: config/locales/simple_form.en.yml).
LEAST_MEDIA_CACHE = 14


def typed(name: str, value: Any) -> Any:
    """The value as the database is to hold it; ValueError if it is none for this setting."""
    setting = SETTINGS[name]
    if value is None or (value == "" and setting.type is int):
        return None
    if setting.type is bool:
        # Inventories in INI give switches as texts too.
        with suppress(TypeError):
            return bool(boolean(value))
    elif setting.type is int:
        # Templates and -e give numbers as texts.
        if isinstance(value, (int, str)) and not isinstance(value, bool) and str(value).isdecimal():
            return int(value)
    elif isinstance(value, str):
        return _text(setting, value)
    raise ValueError(f"{value!r} is not {_KINDS[setting.type]}")


_KINDS = {bool: "true or false", int: "a whole number above 0", str: "a text"}


def _text(setting: Setting, value: str) -> str:
    if setting.choices and value not in setting.choices:
        raise ValueError(f"{value!r} is none of {', '.join(setting.choices)}")
    if setting.longest and len(value) > setting.longest:
        raise ValueError(f"it has {len(value)} characters, and {setting.longest} fit")
    return value
