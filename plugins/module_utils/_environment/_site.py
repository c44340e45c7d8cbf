# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the site behaves, how it federates and what stands between it and the world."""

from __future__ import annotations

from ._variable import RAILS, SERVERS, WEB, WEB_AND_SIDEKIQ, Group, Kind, Variable

DOMAINS = Group(
    variable="app",
    prefix="",
    help="The names of the instance.",
    source="mastodon.md 5.1 and 4; mastodon: config/initializers/1_hosts.rb",
    variables=(
        Variable("LOCAL_DOMAIN", "The domain in handles.", option="", given="mastodon_local_domain"),
        Variable("WEB_DOMAIN", "The domain that is served.", option="", given="mastodon_web_domain"),
        Variable(
            "ALTERNATE_DOMAINS",
            "Further hosts that are answered.",
            kind=Kind.LIST,
            option="",
            given="mastodon_alternate_domains",
        ),
    ),
)

SITE = Group(
    variable="app_site",
    help="How the site behaves.",
    source="mastodon.md 5.1; mastodon: config/mastodon.yml, app/lib/content_security_policy.rb",
    variables=(
        Variable(
            "SINGLE_USER_MODE",
            "Redirect the front page to the first profile and close registrations.",
            kind=Kind.FLAG,
            default="V(false)",
        ),
        Variable("DEFAULT_LOCALE", "Language for visitors who ask for none, such as V(de).", default="V(en)"),
        Variable(
            "FORCE_DEFAULT_LOCALE",
            "Show the default language whatever a visitor's browser asks for.",
            kind=Kind.FLAG,
            default="V(false)",
        ),
        Variable(
            "STREAMING_API_BASE_URL",
            "Address of the streaming server if it has a host of its own, such as V(wss://streaming.example.org).",
            default="the web domain",
        ),
        Variable(
            "CDN_HOST",
            "Address of the static assets, such as V(https://assets.example.org). It must allow every origin (CORS).",
            processes=WEB_AND_SIDEKIQ,
        ),
        Variable(
            "EXTRA_MEDIA_HOSTS",
            "Further addresses that browsers may load media from, such as V(https://files.example.org).",
            kind=Kind.LIST,
            processes=WEB,
        ),
        Variable(
            "DISABLE_AUTOMATIC_SWITCHING_TO_APPROVED_REGISTRATIONS",
            "Leave registrations open although no moderator was active for a while.",
            kind=Kind.FLAG,
            processes=WEB_AND_SIDEKIQ,
            default="V(false)",
        ),
        Variable(
            "DISABLE_EMAIL_SUBSCRIPTIONS",
            "Do not let visitors subscribe to accounts by e-mail. New in Mastodon 4.6.",
            kind=Kind.FLAG,
            default="V(false)",
        ),
        Variable(
            "EMAIL_DOMAIN_ALLOWLIST",
            "The only domains whose addresses may sign up. Their names are not looked up.",
            kind=Kind.LIST,
            separator="|",
        ),
        Variable("EMAIL_DOMAIN_DENYLIST", "Domains whose addresses may not sign up.", kind=Kind.LIST, separator="|"),
        Variable(
            "EMAIL_DOMAIN_LISTS_APPLY_AFTER_CONFIRMATION",
            "Hold the two lists also against addresses that are confirmed already.",
            kind=Kind.FLAG,
            default="V(false)",
        ),
        Variable(
            "UPDATE_CHECK_URL",
            "Where new releases are asked for. An empty text switches the check off.",
            processes=WEB_AND_SIDEKIQ,
            default="V(https://api.joinmastodon.org/update-check)",
        ),
        Variable("EXPERIMENTAL_FEATURES", "Names of unfinished features to switch on.", kind=Kind.LIST),
        Variable("DONATION_CAMPAIGNS_URL", "Where campaigns for donations are asked for.", processes=WEB),
        Variable("DONATION_CAMPAIGNS_ENVIRONMENT", "Which of those campaigns are wanted.", processes=WEB),
    ),
)

FEDERATION = Group(
    variable="app_federation",
    help="How the instance federates.",
    source="mastodon.md 5.1; mastodon: app/helpers/authorized_fetch_helper.rb, config/mastodon.yml",
    variables=(
        Variable(
            "AUTHORIZED_FETCH",
            "Ask other servers to sign what they fetch. Given at all, V(false) too, it locks the switch in the "
            "administration's pages.",
            kind=Kind.FLAG,
            default="the setting in those pages",
        ),
        Variable(
            "LIMITED_FEDERATION_MODE",
            "Federate only with servers on an allow list. Forces signed fetches and authentication.",
            kind=Kind.FLAG,
            default="V(false)",
        ),
        Variable(
            "DISALLOW_UNAUTHENTICATED_API_ACCESS",
            "Answer the API only to people who are signed in. Also hides avatars in WebFinger.",
            kind=Kind.FLAG,
            processes=WEB,
            default="V(false)",
        ),
        Variable(
            "DISABLE_FOLLOWERS_SYNCHRONIZATION",
            "Do not compare lists of followers with other servers.",
            kind=Kind.FLAG,
            processes=WEB_AND_SIDEKIQ,
            default="V(false)",
        ),
        Variable(
            "ALLOWED_PRIVATE_ADDRESSES",
            "Private addresses that may be connected to all the same, such as V(10.0.0.0/8) where other servers or the "
            "object store resolve to them. Everything else private stays refused.",
            kind=Kind.LIST,
        ),
    ),
)

PROXY = Group(
    variable="app_proxy",
    help="What stands between the instance and the world.",
    source="mastodon.md 5.1 and 5.2; mastodon: config/initializers/http_client_proxy.rb, streaming/index.js",
    variables=(
        Variable(
            "TRUSTED_PROXY_IP",
            "Addresses or networks of reverse proxies, besides loopback and private ones, which are always trusted.",
            kind=Kind.LIST,
            processes=SERVERS,
            option="trusted_addresses",
        ),
        Variable("PROXY_PROTO_V1", "Expect PROXY protocol 1 on the web port.", kind=Kind.FLAG, processes=WEB),
        Variable("http_proxy", "Proxy for requests to other servers, such as V(http://proxy.example.org:3128)."),
        Variable("http_hidden_proxy", "The same for onion and I2P services."),
        Variable(
            "ALLOW_ACCESS_TO_HIDDEN_SERVICE",
            "Federate with onion and I2P services.",
            kind=Kind.FLAG,
            processes=RAILS,
            default="V(false)",
        ),
    ),
)
