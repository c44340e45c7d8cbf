# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services of others: translation, captcha, and the purging of a cache in front of the media."""

from __future__ import annotations

from ._variable import WEB, WEB_AND_SIDEKIQ, Group, Kind, Variable

TRANSLATION = Group(
    variable="app_translation",
    help="The service that translates posts. DeepL is asked if both are given.",
    source="mastodon.md 5.1; mastodon: config/translation.yml",
    variables=(
        Variable("DEEPL_API_KEY", "Key for DeepL.", kind=Kind.SECRET, processes=WEB, option="deepl_api_key_secret"),
        Variable("DEEPL_PLAN", "What is paid for at DeepL.", processes=WEB, choices=("free", "pro"), default="V(free)"),
        Variable("LIBRE_TRANSLATE_ENDPOINT", "Address of a LibreTranslate server.", processes=WEB),
        Variable(
            "LIBRE_TRANSLATE_API_KEY",
            "Key for it.",
            kind=Kind.SECRET,
            processes=WEB,
            option="libre_translate_api_key_secret",
        ),
    ),
)

CAPTCHA = Group(
    variable="app_captcha",
    prefix="HCAPTCHA_",
    help="hCaptcha at sign-up. It must also be switched on in the administration's pages.",
    source="mastodon.md 5.1; mastodon: config/captcha.yml",
    variables=(
        Variable("HCAPTCHA_SITE_KEY", "The public key.", processes=WEB),
        Variable("HCAPTCHA_SECRET_KEY", "The secret key.", kind=Kind.SECRET, processes=WEB),
    ),
)

CACHE_BUSTER = Group(
    variable="app_cache_buster",
    prefix="CACHE_BUSTER_",
    help="Purges deleted media from a cache in front of the object store.",
    source="mastodon.md 5.1; mastodon: config/cache_buster.yml",
    switch="enabled",
    variables=(
        Variable("CACHE_BUSTER_ENABLED", "Switch it on.", kind=Kind.FLAG, processes=WEB_AND_SIDEKIQ, preset=False),
        Variable("CACHE_BUSTER_HTTP_METHOD", "Method of the request.", processes=WEB_AND_SIDEKIQ, default="V(GET)"),
        Variable("CACHE_BUSTER_SECRET_HEADER", "Header that carries the secret.", processes=WEB_AND_SIDEKIQ),
        Variable("CACHE_BUSTER_SECRET", "The secret.", kind=Kind.SECRET, processes=WEB_AND_SIDEKIQ),
    ),
)
