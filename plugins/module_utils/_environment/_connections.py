# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that follow from what other roles publish: database, cache, storage and secret keys."""

from __future__ import annotations

from typing import Any

from .._secrets._keys import APPLICATION_KEYS, OPTIONAL_KEYS
from ._variable import ALL, RAILS, WEB_AND_SIDEKIQ, Group, Kind, Process, Variable

_JOB = frozenset({Process.JOB})
_STREAMING = frozenset({Process.STREAMING})
_TRUSTED = "app_trusted_ca_secret"

DATABASE = Group(
    variable="app_database",
    help="The connection to PostgreSQL.",
    source="mastodon.md 5.4, operators.md 3.7; mastodon: config/database.yml, streaming/database.js",
    variables=(
        Variable("DB_HOST", "Host: a pooler's, or the server's own for jobs.", processes=ALL, option="host"),
        Variable("DB_PORT", "Port.", kind=Kind.INTEGER, processes=ALL, option="port"),
        Variable("DB_NAME", "Database.", processes=ALL, option="name"),
        Variable("DB_USER", "Owner of the database.", processes=ALL, option="user"),
        Variable("DB_PASS", "The owner's password.", kind=Kind.SECRET, processes=ALL, option="password_secret"),
        Variable("DB_SSLMODE", "TLS; Rails and streaming read it differently.", processes=ALL, option="sslmode"),
        Variable(
            "DB_POOL",
            "Connections of one process, as many as it has threads.",
            kind=Kind.INTEGER,
            processes=ALL,
            option="",
            given="app_sizes",
        ),
        Variable("PREPARED_STATEMENTS", "Not through a transaction pooler.", kind=Kind.FLAG, option="pooling"),
        Variable("PGSSLROOTCERT", "The authority, for libpq.", option="ca_secret"),
        Variable("NODE_EXTRA_CA_CERTS", "The authority, for Node.", processes=_STREAMING, option="", given=_TRUSTED),
        Variable("DATABASE_URL", "The connection, where Node needs two authorities.", processes=_STREAMING, option=""),
        Variable("REPLICA_DB_HOST", "Host of a standby.", processes=WEB_AND_SIDEKIQ, option="replica.host"),
        Variable("REPLICA_DB_PORT", "Its port.", kind=Kind.INTEGER, processes=WEB_AND_SIDEKIQ, option="replica.port"),
        Variable("REPLICA_DB_NAME", "Its database.", processes=WEB_AND_SIDEKIQ, option=""),
        Variable("REPLICA_DB_USER", "Its user.", processes=WEB_AND_SIDEKIQ, option=""),
        Variable("REPLICA_DB_PASS", "Its password.", kind=Kind.SECRET, processes=WEB_AND_SIDEKIQ, option=""),
        Variable(
            "REPLICA_PREPARED_STATEMENTS", "Not through a pooler.", kind=Kind.FLAG, processes=WEB_AND_SIDEKIQ, option=""
        ),
        Variable("REPLICA_DB_TASKS", "Whether tasks look at it.", kind=Kind.FLAG, processes=WEB_AND_SIDEKIQ, option=""),
    ),
)


def _redis(prefix: str, purpose: str) -> tuple[Variable, ...]:
    processes = ALL if not prefix else RAILS

    def variable(name: str, help_text: str, option: str, kind: Kind = Kind.TEXT) -> Variable:
        return Variable(
            f"{prefix}REDIS_{name}", help_text, kind=kind, processes=processes, option=f"{purpose}.{option}"
        )

    return (
        variable("HOST", "Host.", "host"),
        variable("PORT", "Port.", "port", Kind.INTEGER),
        variable("DB", "Database number.", "db", Kind.INTEGER),
        variable("USER", "User.", "user"),
        variable("PASSWORD", "Password.", "password_secret", Kind.SECRET),
        variable("URL", "All of it, for TLS.", "tls"),
        variable("SENTINELS", "Hosts and ports of the Sentinels.", "sentinels", Kind.LIST),
        variable("SENTINEL_MASTER", "The name they know the primary by.", "sentinel_master"),
        variable("SENTINEL_PORT", "Port of Sentinels that are given without one.", "sentinels", Kind.INTEGER),
        variable("SENTINEL_USERNAME", "User at the Sentinels.", "sentinel_user"),
        variable("SENTINEL_PASSWORD", "Password at the Sentinels.", "sentinel_password_secret", Kind.SECRET),
    )


CACHE = Group(
    variable="app_cache",
    help="The connections to Redis-compatible servers.",
    source="mastodon.md 5.5, operators.md 5.3; mastodon: lib/mastodon/redis_configuration.rb, streaming/redis.js",
    variables=(
        *_redis("", "base"),
        *_redis("SIDEKIQ_", "sidekiq"),
        *_redis("CACHE_", "cache"),
        Variable("REDIS_DRIVER", "The driver; only V(ruby) speaks TLS.", option="base.tls"),
        Variable("SSL_CERT_FILE", "Authorities that Ruby trusts besides the public ones.", option="", given=_TRUSTED),
    ),
)


def _storage(name: str, help_text: str, option: str, **more: Any) -> Variable:
    return Variable(name, help_text, option=option, **more)


STORAGE = Group(
    variable="app_storage",
    help="Where media is stored.",
    source="mastodon.md 5.6, operators.md 7.2; mastodon: config/initializers/paperclip.rb",
    variables=(
        _storage("S3_ENABLED", "Store in S3.", "backend", kind=Kind.FLAG),
        _storage("S3_BUCKET", "Bucket.", "s3.bucket"),
        _storage("S3_REGION", "Region.", "s3.region"),
        _storage("S3_ENDPOINT", "Address of the server, off AWS.", "s3.endpoint"),
        _storage("S3_PROTOCOL", "Scheme of the media's public address.", "s3.protocol"),
        _storage("S3_HOSTNAME", "Host of the media's public address.", "s3.hostname"),
        _storage("S3_ALIAS_HOST", "Another host that serves the bucket.", "s3.alias_host"),
        _storage("S3_KEY_PREFIX", "What keys begin with.", "s3.key_prefix"),
        # Present but empty: send no ACL. Absent: public-read.
        _storage("S3_PERMISSION", "ACL of every object.", "s3.permission"),
        _storage("S3_OVERRIDE_PATH_STYLE", "Bucket in the host name.", "s3.override_path_style", kind=Kind.FLAG),
        _storage("S3_FORCE_SINGLE_REQUEST", "Read in one request.", "s3.force_single_request", kind=Kind.FLAG),
        _storage("S3_MULTIPART_THRESHOLD", "Bytes.", "s3.multipart_threshold", kind=Kind.INTEGER),
        _storage("S3_OPEN_TIMEOUT", "Seconds.", "s3.open_timeout", kind=Kind.INTEGER),
        _storage("S3_READ_TIMEOUT", "Seconds.", "s3.read_timeout", kind=Kind.INTEGER),
        _storage("S3_RETRY_LIMIT", "Times.", "s3.retry_limit", kind=Kind.INTEGER),
        _storage("S3_STORAGE_CLASS", "Storage class.", "s3.storage_class"),
        _storage(
            "S3_BATCH_DELETE_LIMIT", "Objects deleted in one request.", "s3.batch_delete_limit", kind=Kind.INTEGER
        ),
        _storage("S3_BATCH_DELETE_RETRY", "Times.", "s3.batch_delete_retry", kind=Kind.INTEGER),
        _storage("S3_SIGNATURE_VERSION", "Signature.", "s3.signature_version"),
        _storage("S3_ENABLE_CHECKSUM_MODE", "Ask for checksums.", "s3.enable_checksum_mode", kind=Kind.FLAG),
        _storage("AWS_ACCESS_KEY_ID", "Key.", "s3.credentials_secret", kind=Kind.SECRET),
        _storage("AWS_SECRET_ACCESS_KEY", "Secret key.", "s3.credentials_secret", kind=Kind.SECRET),
        _storage("AWS_REQUEST_CHECKSUM_CALCULATION", "Only when needed, off AWS.", "s3.checksums_when_required"),
        _storage("AWS_RESPONSE_CHECKSUM_VALIDATION", "Only when needed, off AWS.", "s3.checksums_when_required"),
        _storage("SWIFT_ENABLED", "Store in Swift.", "backend", kind=Kind.FLAG),
        _storage("SWIFT_USERNAME", "User.", "swift.username"),
        _storage("SWIFT_PASSWORD", "Password.", "swift.password_secret", kind=Kind.SECRET),
        _storage("SWIFT_TENANT", "Tenant.", "swift.tenant"),
        _storage("SWIFT_PROJECT_ID", "Project.", "swift.project_id"),
        _storage("SWIFT_AUTH_URL", "Address of Keystone.", "swift.auth_url"),
        _storage("SWIFT_CONTAINER", "Container.", "swift.container"),
        _storage("SWIFT_OBJECT_URL", "Public address of the container.", "swift.object_url"),
        _storage("SWIFT_REGION", "Region.", "swift.region"),
        _storage("SWIFT_DOMAIN_NAME", "Domain.", "swift.domain_name"),
        _storage("SWIFT_CACHE_TTL", "Seconds.", "swift.cache_ttl", kind=Kind.INTEGER),
        _storage("SWIFT_TEMP_URL_KEY", "Key of temporary addresses.", "swift.temp_url_key_secret", kind=Kind.SECRET),
        _storage("AZURE_ENABLED", "Store in Azure.", "backend", kind=Kind.FLAG),
        _storage("AZURE_STORAGE_ACCOUNT", "Account.", "azure.storage_account"),
        _storage("AZURE_STORAGE_ACCESS_KEY", "Key.", "azure.storage_access_key_secret", kind=Kind.SECRET),
        _storage("AZURE_CONTAINER_NAME", "Container.", "azure.container_name"),
        _storage("AZURE_ALIAS_HOST", "Another host that serves the container.", "azure.alias_host"),
        _storage("PAPERCLIP_ROOT_URL", "Public path or address of media on a volume.", "pvc.root_url"),
    ),
)

SECRETS = Group(
    variable="app_secrets",
    help="The application's own keys.",
    source="mastodon.md 5.3",
    variables=(
        *(Variable(key, "A key of the instance.", kind=Kind.SECRET, option="keys") for key in APPLICATION_KEYS),
        # Only a migration of data from Mastodon 4.2 and older reads it (mastodon.md 11, item 1).
        *(
            Variable(key, "A key of the instance.", kind=Kind.SECRET, processes=_JOB, option="keys")
            for key in OPTIONAL_KEYS
        ),
    ),
)
