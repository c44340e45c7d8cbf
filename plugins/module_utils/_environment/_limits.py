# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits for people and requests, and how the processes run."""

from __future__ import annotations

from ._variable import ALL, SERVERS, WEB, WEB_AND_SIDEKIQ, Group, Kind, Process, Variable

LIMITS = Group(
    variable="app_limits",
    help="Limits for people and requests.",
    source="mastodon.md 5.2; mastodon: app/workers/scheduler/ip_cleanup_scheduler.rb, app/lib/request_pool.rb",
    variables=(
        Variable(
            "MAX_SESSION_ACTIVATIONS",
            "Sessions that one person may have.",
            kind=Kind.INTEGER,
            processes=WEB,
            default="V(10)",
        ),
        Variable(
            "USER_ACTIVE_DAYS",
            "Days after which somebody counts as inactive and loses the prepared home feed.",
            kind=Kind.INTEGER,
            default="V(7)",
        ),
        Variable(
            "IP_RETENTION_PERIOD",
            "Seconds for which addresses of visitors are kept. Cleaned up once a day.",
            kind=Kind.INTEGER,
            processes=WEB_AND_SIDEKIQ,
            default="one year",
        ),
        Variable(
            "SESSION_RETENTION_PERIOD",
            "Seconds for which unused sessions are kept.",
            kind=Kind.INTEGER,
            processes=WEB_AND_SIDEKIQ,
            default="one year",
        ),
        Variable(
            "MAX_FOLLOWS_THRESHOLD",
            "Accounts that anybody may follow.",
            kind=Kind.INTEGER,
            default="V(7500)",
        ),
        Variable(
            "MAX_FOLLOWS_RATIO",
            "Above the threshold, how many accounts may be followed for each follower.",
            kind=Kind.NUMBER,
            default="V(1.1)",
        ),
        Variable(
            "MAX_REQUEST_POOL_SIZE",
            "Connections to other servers that a process keeps open.",
            kind=Kind.INTEGER,
            processes=WEB_AND_SIDEKIQ,
            default="V(512)",
        ),
    ),
)

RUNTIME = Group(
    variable="app_runtime",
    help="How the processes run.",
    source="mastodon.md 5.2; mastodon: config/puma.rb, config/environments/production.rb, streaming/logging.js",
    variables=(
        Variable(
            "RAILS_LOG_LEVEL",
            "How much web, Sidekiq and jobs log. V(debug) may log what people write.",
            choices=("debug", "info", "warn", "error", "fatal", "unknown"),
            default="V(info)",
        ),
        Variable(
            "LOG_LEVEL",
            "How much streaming logs.",
            processes=frozenset({Process.STREAMING}),
            option="streaming_log_level",
            choices=("trace", "debug", "info", "warn", "error", "fatal", "silent"),
            default="V(info)",
        ),
        Variable(
            "BIND", "Address to listen on; V([::]) where pods have IPv6 alone.", processes=SERVERS, default="V(0.0.0.0)"
        ),
        Variable(
            "PERSISTENT_TIMEOUT",
            "Seconds for which web keeps an idle connection. It must exceed the gateway's, or some requests fail.",
            kind=Kind.INTEGER,
            processes=WEB,
            default="V(20)",
            # Envoy keeps idle connections for an hour.
            preset=3660,
        ),
        Variable(
            "MIN_THREADS",
            "Threads that a web process keeps when idle.",
            kind=Kind.INTEGER,
            processes=WEB,
            default="as many as it may have",
        ),
        Variable("SENDFILE_HEADER", "Header by which a front server is told to send a file itself.", processes=WEB),
        Variable(
            "QUERY_LOG_TAGS_ENABLED",
            "Tag queries with what asked them. Switches prepared statements off.",
            kind=Kind.FLAG,
        ),
        Variable("BACKTRACE", "Keep whole backtraces of failed jobs.", kind=Kind.MARK),
        Variable("FFMPEG_BINARY", "Another ffmpeg than the image's.", processes=WEB_AND_SIDEKIQ),
        Variable("FFPROBE_BINARY", "Another ffprobe than the image's.", processes=WEB_AND_SIDEKIQ),
        Variable(
            "MALLOC_ARENA_MAX",
            "Arenas of glibc's allocator. Pointless with the official image, which uses jemalloc.",
            kind=Kind.INTEGER,
        ),
        Variable("TZ", "Time zone of log lines.", processes=ALL, option="timezone", default="V(Etc/UTC)"),
    ),
)

# Given by the profile and O(app_sizes), not by options of their own.
THREADS = Group(
    variable="app_sizes",
    help="Processes and threads.",
    source="mastodon.md 5.2 and 3.5; mastodon: config/puma.rb, config/sidekiq.yml",
    variables=(
        Variable("WEB_CONCURRENCY", "Puma's processes.", kind=Kind.INTEGER, processes=WEB, option="web.processes"),
        Variable("MAX_THREADS", "Threads of each.", kind=Kind.INTEGER, processes=WEB, option="web.threads"),
        Variable(
            "MASTODON_SIDEKIQ_READY_FILENAME",
            "The file that says Sidekiq is ready, which its probe looks for.",
            processes=frozenset({Process.SIDEKIQ}),
            option="",
        ),
    ),
)

# Which version this is; for forks and images of one's own.
SOURCE = Group(
    variable="app_source",
    help="What the site says about its source code, for forks and images of your own.",
    source="mastodon.md 5.1; mastodon: config/mastodon.yml, lib/mastodon/version.rb",
    variables=(
        Variable("GITHUB_REPOSITORY", "Repository on GitHub.", default="V(mastodon/mastodon)"),
        Variable("SOURCE_BASE_URL", "Address of a repository elsewhere.", option="base_url"),
        Variable("SOURCE_TAG", "Tag or commit in it.", option="tag"),
        Variable("MASTODON_VERSION_METADATA", "What follows a V(+) after the version.", option="version_metadata"),
        Variable("MASTODON_VERSION_PRERELEASE", "What follows a V(-) after the version.", option="version_prerelease"),
    ),
)
