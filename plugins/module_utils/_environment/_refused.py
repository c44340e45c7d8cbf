# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables not to be given by hand: what Mastodon refuses, ignores or forgot, and what is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ._catalog import SUBJECTS, VARIABLES
from ._variable import Kind


@dataclass(frozen=True)
class Refusal:
    """Why a variable is refused, as the end of a sentence that begins with its name, and what to do instead."""

    problem: str
    cure: str


_REMOVE = "remove it"
_DATABASE = "give a database of your own in database_external"
_IMAGE = "leave it to the image"

# Names or patterns of names. Facts: mastodon.md 5.11 and 11 unless said otherwise.
_RULES: Mapping[str, Refusal] = {
    "REDIS_NAMESPACE": Refusal(
        "keeps every Rails process from starting since Mastodon 4.4", "remove it; app_search.prefix names indices"
    ),
    "DB_SSLROOTCERT": Refusal("is read by nothing", "give the authority in database_external.ca_secret"),
    "STREAMING_CLUSTER_NUM": Refusal("was removed from Mastodon", "set app_sizes.streaming.replicas"),
    "STATSD_*": Refusal("was removed in Mastodon 4.3", "use app_metrics"),
    "MASTODON_USE_LIBVIPS": Refusal("is read by nothing: libvips is the only library left", _REMOVE),
    "BULK_SMTP_FROM_ADDRESS": Refusal("is read by nothing", "set app_smtp.from_address, which all mail has"),
    "FETCH_REPLIES_*": Refusal("was removed in Mastodon 4.5", _REMOVE),
    "ENABLE_SIDEKIQ_UNIQUE_JOBS_UI": Refusal("was removed in Mastodon 4.6", _REMOVE),
    "SKIP_POST_DEPLOYMENT_MIGRATIONS": Refusal(
        "skips migrations whatever its value, because Mastodon looks only whether it is there",
        "remove it; migrations before and after a rollout are kept apart already",
    ),
    "SELF_DESTRUCT": Refusal(
        "makes the instance delete every account and tell all servers so, irrevocably",
        "remove it; to close an instance for ever run tootctl self-destruct by hand",
    ),
    "OTP_SECRET": Refusal("is a secret key", "set secrets_otp_secret: true and put it in the Secret of the keys"),
    "WHITELIST_MODE": Refusal(
        "is the old name of LIMITED_FEDERATION_MODE", "set app_federation.limited_federation_mode"
    ),
    "EMAIL_DOMAIN_WHITELIST": Refusal("is an old name", "set app_site.email_domain_allowlist"),
    "EMAIL_DOMAIN_BLACKLIST": Refusal("is an old name", "set app_site.email_domain_denylist"),
    "S3_CLOUDFRONT_HOST": Refusal("is the old name of S3_ALIAS_HOST", "set the alias host of the storage role"),
    # Each overrides what the collection says part by part, and with it the pooler, TLS and the secrecy of the password.
    "REPLICA_DATABASE_URL": Refusal("overrides the whole connection to the standby", _DATABASE),
    # One choice decides all of them.
    "*SMTP_SSL": Refusal("is another name of SMTP_TLS", "set app_smtp.tls or app_bulk_smtp.tls"),
    "*SMTP_ENABLE_STARTTLS_AUTO": Refusal("contradicts TLS from the start", "set app_smtp.tls or app_bulk_smtp.tls"),
    # Services, probes and security contexts rely on these.
    "RAILS_ENV": Refusal("must be production", _IMAGE),
    "NODE_ENV": Refusal("must be production", _IMAGE),
    "PORT": Refusal("is what Services and probes connect to", _IMAGE),
    "SOCKET": Refusal("would close the port that Services and probes connect to", _IMAGE),
    "RAILS_SERVE_STATIC_FILES": Refusal("is on in the image, and any value means on", _IMAGE),
    "MASTODON_SIDEKIQ_READY_FILENAME": Refusal("is what the probe of Sidekiq looks for", _IMAGE),
    "PAPERCLIP_ROOT_PATH": Refusal("is where the volume for media is mounted", _IMAGE),
    "SIDEKIQ_CONCURRENCY": Refusal(
        "loses to the threads each group is started with", "set app_sizes.sidekiq.<group>.concurrency"
    ),
}


def refusal(name: str, *, secret: bool = False) -> Refusal | None:
    """Why a variable may not be given freely; None if it may.

    One that has an option may still come from a key of a Secret, which its option cannot take.
    """
    for pattern, rule in _RULES.items():
        if fnmatchcase(name, pattern):
            return rule
    if name not in VARIABLES:
        return None
    group, variable = VARIABLES[name]
    if secret and group in SUBJECTS and group.option_of(variable) and variable.kind not in (Kind.SECRET, Kind.FILE):
        return None
    return Refusal("has a place of its own", f"set {group.given_by(variable)}")
