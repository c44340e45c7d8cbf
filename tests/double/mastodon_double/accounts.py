"""Accounts and users, as `tootctl accounts` makes them (mastodon.md 7; mastodon: lib/mastodon/cli/accounts.rb)."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from . import email_address
from .site_settings import read_setting
from .thor import ThorError

USERNAME = re.compile(r"[a-z0-9_]+", re.IGNORECASE)
USERNAME_LENGTH = 30  # app/models/account.rb

Connection = psycopg.Connection[Any]
Row = dict[str, Any]


def find_local_user(connection: Connection, username: str) -> Row | None:
    """Account.find_local(username).user: names are compared without case."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "SELECT users.* FROM users JOIN accounts ON accounts.id = users.account_id"
            " WHERE lower(accounts.username) = lower(%s) AND accounts.domain IS NULL",
            (username,),
        )
        return cursor.fetchone()


def role_id(connection: Connection, name: str) -> int:
    row = connection.execute(
        "SELECT id FROM user_roles WHERE name = %s", (name,)
    ).fetchone()  # names are case sensitive
    if not row:
        raise ThorError("Cannot find user role with that name")
    return row[0]


def create(
    connection: Connection, username: str, options: Mapping[str, Any], env: Mapping[str, str] = os.environ
) -> int:
    """The account's id; ThorError with all that is wrong. The password is options["password"]."""
    role = role_id(connection, options["role"]) if options.get("role") else None
    username, email = " ".join(username.split()), options["email"].strip().lower()
    confirmed = bool(options.get("confirmed"))
    with connection.transaction():
        errors = _email_errors(connection, email, env, confirmed=confirmed) + _username_errors(connection, username)
        if errors:
            raise ThorError(_report(errors))
        # set_approved, then approve!: without --approve and with the default mode "none" the user is saved unapproved
        approved = read_setting(connection, "registrations_mode") == "open" or bool(options.get("approve"))
        account_id = _insert_account(connection, username)
        connection.execute(
            "INSERT INTO users"
            " (email, account_id, role_id, encrypted_password, approved, confirmed_at, created_at, updated_at)"
            " VALUES (%s, %s, %s, %s, %s, CASE WHEN %s THEN now() END, now(), now())",
            (email, account_id, role, hash_password(options["password"]), approved, confirmed),
        )
    return account_id


def modify(
    connection: Connection, username: str, options: Mapping[str, Any], env: Mapping[str, str] = os.environ
) -> None:
    """Only what an option names changes; a repetition is harmless."""
    user = find_local_user(connection, username)
    if not user:
        raise ThorError("No user with such username")
    changes: dict[str, Any] = {}
    if options.get("role"):
        changes["role_id"] = role_id(connection, options["role"])
    elif options.get("remove_role"):
        changes["role_id"] = None
    for option, column, value in (
        ("enable", "disabled", False),
        ("disable", "disabled", True),
        ("approve", "approved", True),
    ):
        if options.get(option):
            changes[column] = value
    if options.get("disable_2fa"):
        changes |= {"otp_required_for_login": False, "otp_secret": None}
    if options.get("password"):
        changes["encrypted_password"] = hash_password(options["password"])
        connection.execute(
            "UPDATE oauth_access_tokens SET revoked_at = now() WHERE resource_owner_id = %s", (user["id"],)
        )
    email = (options.get("email") or user["email"]).strip().lower()
    if email != user["email"]:  # Devise's reconfirmable: the new address waits until it is confirmed
        errors = _email_errors(connection, email, env, confirmed=bool(user["confirmed_at"]))
        if errors:
            raise ThorError(_report(errors))
        changes["unconfirmed_email"] = email
    if options.get("confirm"):
        waiting = changes.get("unconfirmed_email", user["unconfirmed_email"])
        changes |= {"unconfirmed_email": None, "email": waiting} if waiting else {}
        changes["confirmed_at"] = user["confirmed_at"] or "now"
    if changes:
        assignments = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in changes)
        query = sql.SQL("UPDATE users SET {}, updated_at = now() WHERE id = %s").format(assignments)
        connection.execute(query, (*changes.values(), user["id"]))


def delete(connection: Connection, username: str) -> None:
    connection.execute(
        "DELETE FROM accounts WHERE lower(username) = lower(%s) AND domain IS NULL AND id > 0", (username,)
    )


def hash_password(password: str) -> str:
    import bcrypt

    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(10)).decode()  # Devise's default stretches


def generate_keys() -> tuple[str, str]:
    """RSA 2048, private and public in PEM (app/models/account.rb, generate_keys)."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def _insert_account(connection: Connection, username: str) -> int:
    private, public = generate_keys()
    row = connection.execute(
        "INSERT INTO accounts (username, private_key, public_key, created_at, updated_at)"
        " VALUES (%s, %s, %s, now(), now()) RETURNING id",
        (username, private, public),
    ).fetchone()
    return row[0]


def _email_errors(
    connection: Connection, email: str, env: Mapping[str, str], *, confirmed: bool
) -> list[tuple[str, str]]:
    taken = connection.execute("SELECT 1 FROM users WHERE email = %s", (email,)).fetchone()
    wrong = email_address.mistakes(email, env, email_address.resolve_mail_hosts, confirmed=confirmed)
    return [("email", kind) for kind in (["taken"] if taken else []) + wrong]


def _username_errors(connection: Connection, username: str) -> list[tuple[str, str]]:
    """Reserved names are allowed, because the command bypasses registration checks (mastodon.md 7)."""
    query = "SELECT 1 FROM accounts WHERE lower(username) = lower(%s) AND domain IS NULL"
    kinds = ["taken"] if connection.execute(query, (username,)).fetchone() else []
    kinds += [] if USERNAME.fullmatch(username) else ["invalid"]
    kinds += ["too_long"] if len(username) > USERNAME_LENGTH else []
    return [("account.username", kind) for kind in kinds]


def _report(errors: list[tuple[str, str]]) -> str:
    return "".join(f"Failure/Error: {attribute}\n    {kind}\n" for attribute, kind in errors)


def new_password() -> str:
    return secrets.token_hex(16)  # SecureRandom.hex: 32 hexadecimal characters
