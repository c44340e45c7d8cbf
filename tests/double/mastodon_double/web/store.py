"""Queries of the web process. Columns differ by release, so that a missing or a premature migration shows as a 500."""

from __future__ import annotations

from typing import Any

from ..accounts import generate_keys
from ..documents import INSTANCE_ACTOR_ID
from ..release import Release
from ..site_settings import DEFAULTS, decode
from ..webfinger import Target

_COLUMNS = (
    "id",
    "username",
    "public_key",
    "display_name",
    "note",
    "locked",
    "discoverable",
    "indexable",
    "memorial",
    "suspended_at",
    "created_at",
)

Row = dict[str, Any]


def account_columns(release: Release) -> str:
    names = list(_COLUMNS)
    if release.minor >= (4, 5):
        names.append("id_scheme")
    names.append("avatar_description" if release.minor >= (4, 6) else "double_legacy_note")
    return ", ".join(f"accounts.{name}" for name in names)


class Store:
    """`replica` reads what Mastodon reads there: home timelines and the like, with_read_replica (mastodon.md 5.4)."""

    def __init__(self, release: Release, primary: Any, replica: Any | None) -> None:
        self._columns = account_columns(release)
        self._primary = primary
        self._replica = replica or primary

    async def _all(self, query: str, *values: Any, pool: Any = None) -> list[Row]:
        async with (pool or self._primary).connection() as connection:
            cursor = await connection.execute(query, values)
            return await cursor.fetchall()

    async def _one(self, query: str, *values: Any) -> Row | None:
        rows = await self._all(query, *values)
        return rows[0] if rows else None

    async def account(self, target: Target) -> Row | None:
        """A local account; the instance actor gets its keys when it is first asked for (Account.representative)."""
        if target.username is not None:
            return await self._account("lower(username) = lower(%s)", target.username)
        account = await self._account("accounts.id = %s", target.account_id or INSTANCE_ACTOR_ID)
        if account and account["id"] == INSTANCE_ACTOR_ID and not account["public_key"]:
            private, public = generate_keys()
            await self._all(
                "UPDATE accounts SET private_key = %s, public_key = %s WHERE id = %s AND public_key = '' RETURNING id",
                private,
                public,
                INSTANCE_ACTOR_ID,
            )
            account = await self._account("accounts.id = %s", INSTANCE_ACTOR_ID)
        return account

    async def _account(self, condition: str, value: Any) -> Row | None:
        return await self._one(
            f"SELECT {self._columns}, users.approved, users.confirmed_at, account_stats.statuses_count FROM accounts"
            " LEFT JOIN users ON users.account_id = accounts.id"
            " LEFT JOIN account_stats ON account_stats.account_id = accounts.id"
            f" WHERE accounts.domain IS NULL AND {condition} ORDER BY accounts.id LIMIT 1",
            value,
        )

    async def settings(self) -> Row:
        rows = await self._all("SELECT var, value FROM settings")
        return {**DEFAULTS, **{row["var"]: decode(row["var"], row["value"]) for row in rows}}

    async def counts(self) -> Row:
        row = await self._one(
            "SELECT (SELECT count(*) FROM users WHERE confirmed_at IS NOT NULL) AS users,"
            " (SELECT coalesce(sum(statuses_count), 0)::bigint FROM account_stats) AS statuses"
        )
        return row or {}

    async def token(self, token: str) -> Row | None:
        """The user behind an access token, with its scopes."""
        return await self._one(
            "SELECT oauth_access_tokens.scopes, users.account_id, users.confirmed_at, users.approved, users.disabled"
            " FROM oauth_access_tokens JOIN users ON users.id = oauth_access_tokens.resource_owner_id"
            " WHERE token = %s AND revoked_at IS NULL",
            token,
        )

    async def add_status(self, account_id: int, text: str) -> Row:
        row = await self._one(
            "INSERT INTO statuses (account_id, text, local, created_at, updated_at) VALUES (%s, %s, true, now(), now())"
            " RETURNING id, text, created_at",
            account_id,
            text,
        )
        await self._all(
            "INSERT INTO account_stats (account_id, statuses_count, created_at, updated_at)"
            " VALUES (%s, 1, now(), now()) ON CONFLICT (account_id)"
            " DO UPDATE SET statuses_count = account_stats.statuses_count + 1, updated_at = now() RETURNING id",
            account_id,
        )
        return row or {}

    async def timeline(self, *, home_of: int | None = None) -> list[Row]:
        query = "SELECT id, account_id, text, created_at FROM statuses WHERE deleted_at IS NULL AND visibility = 0"
        if home_of is None:
            return await self._all(f"{query} ORDER BY id DESC LIMIT 20")
        return await self._all(f"{query} AND account_id = %s ORDER BY id DESC LIMIT 20", home_of, pool=self._replica)

    async def add_media(self, account_id: int, filename: str, content_type: str, size: int) -> int:
        row = await self._one(
            "INSERT INTO media_attachments"
            " (account_id, file_file_name, file_content_type, file_file_size, created_at, updated_at)"
            " VALUES (%s, %s, %s, %s, now(), now()) RETURNING id",
            account_id,
            filename,
            content_type,
            size,
        )
        return (row or {})["id"]

    async def remove_media(self, media_id: int, account_id: int) -> str | None:
        """The name of its file; None if this account has no such attachment."""
        row = await self._one(
            "DELETE FROM media_attachments WHERE id = %s AND account_id = %s RETURNING file_file_name",
            media_id,
            account_id,
        )
        return row["file_file_name"] if row else None
