"""`tootctl …` (mastodon.md 7): what installing needs works; maintenance commands check their options and do nothing."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
import redis.exceptions

from . import accounts, jobs
from .boot import check_rails
from .connections import connect, redis_client
from .database import rails_settings
from .process import start
from .redis_settings import rails_redis
from .site_settings import write_setting
from .thor import ARRAY, BOOLEAN, NUMERIC, STRING, Command, ThorError, parse
from .tootctl_content import CONTENT

_WORK = {"concurrency": NUMERIC, "verbose": BOOLEAN, "dry_run": BOOLEAN}

Action = Callable[[Any, list[str], dict[str, Any]], None]


def _create(connection: Any, arguments: list[str], options: dict[str, Any]) -> None:
    (username,) = arguments
    if options.get("reattach") and accounts.find_local_user(connection, username):
        if not options.get("force"):  # prints a refusal but exits 0
            print("The chosen username is currently in use")
            print("Use --force to reattach it anyway and delete the other user")
            return
        accounts.delete(connection, username)
    password = accounts.new_password()
    account_id = accounts.create(connection, username, {**options, "password": password})
    asyncio.run(_after_create(account_id))
    print(f"OK\nNew password: {password}")


async def _after_create(account_id: int) -> None:
    """after_create_commit: the user exists already when the queue cannot be reached (mastodon: app/models/user.rb)."""
    async with redis_client(rails_redis(os.environ, "SIDEKIQ_")) as queue:
        await jobs.push(queue, "TriggerWebhookWorker", "account.created", "Account", account_id)


def _modify(connection: Any, arguments: list[str], options: dict[str, Any]) -> None:
    password = accounts.new_password() if options.get("reset_password") else None
    accounts.modify(connection, arguments[0], {**options, "password": password})
    print("OK")
    if password:
        print(f"New password: {password}")


def _delete(connection: Any, arguments: list[str], options: dict[str, Any]) -> None:
    if not accounts.find_local_user(connection, arguments[0]):
        raise ThorError("No user with such username")
    print("Deleting user with 0 statuses, this might take a while...")
    if not options.get("dry_run"):
        accounts.delete(connection, arguments[0])
    print("OK")


def _registrations(mode: str) -> Action:
    def action(connection: Any, _arguments: list[str], options: dict[str, Any]) -> None:
        write_setting(connection, "registrations_mode", mode)
        if "require_reason" in options:
            write_setting(connection, "require_invite_text", options["require_reason"])
        print("OK")

    return action


def _media_remove(connection: Any, arguments: list[str], options: dict[str, Any]) -> None:
    if options.get("prune_profiles") and options.get("remove_headers"):  # exclude each other: separate jobs
        raise ThorError("--prune-profiles and --remove-headers should not be specified simultaneously")
    if options.get("include_follows") and not (options.get("prune_profiles") or options.get("remove_headers")):
        raise ThorError("--include-follows can only be used with --prune-profiles or --remove-headers")
    _nothing(connection, arguments, options)


def _nothing(connection: Any, _arguments: list[str], _options: dict[str, Any]) -> None:
    """It needs the database, as the real one does, and has no work: the double keeps no remote content."""
    connection.execute("SELECT count(*) FROM accounts")
    print("OK (mastodon-double: nothing to do)")


_ACCOUNT_FLAGS = {"email": STRING, "role": STRING, "approve": BOOLEAN}
COMMANDS: Mapping[tuple[str, ...], tuple[Command, Action]] = {
    **CONTENT,
    ("accounts", "create"): (
        Command(
            "accounts create USERNAME",
            1,
            1,
            {**_ACCOUNT_FLAGS, "confirmed": BOOLEAN, "reattach": BOOLEAN, "force": BOOLEAN},
            required=("email",),
        ),
        _create,
    ),
    ("accounts", "modify"): (
        Command(
            "accounts modify USERNAME",
            1,
            1,
            {
                **_ACCOUNT_FLAGS,
                **dict.fromkeys(
                    ("remove_role", "confirm", "enable", "disable", "disable_2fa", "reset_password"), BOOLEAN
                ),
            },
        ),
        _modify,
    ),
    ("accounts", "delete"): (Command("accounts delete USERNAME", 1, 1, {"email": STRING, "dry_run": BOOLEAN}), _delete),
    ("settings", "registrations", "open"): (Command("settings registrations open"), _registrations("open")),
    ("settings", "registrations", "approved"): (
        Command("settings registrations approved", options={"require_reason": BOOLEAN}),
        _registrations("approved"),
    ),
    ("settings", "registrations", "close"): (Command("settings registrations close"), _registrations("none")),
    ("media", "remove"): (
        Command(
            "media remove",
            options={
                **_WORK,
                "days": NUMERIC,
                **dict.fromkeys(("prune_profiles", "remove_headers", "include_follows", "keep_interacted"), BOOLEAN),
            },
        ),
        _media_remove,
    ),
    ("media", "remove-orphans"): (
        Command(
            "media remove-orphans",
            options={"start_after": STRING, "prefix": STRING, "fix_permissions": BOOLEAN, "dry_run": BOOLEAN},
        ),
        _nothing,
    ),
    ("preview_cards", "remove"): (
        Command("preview_cards remove", options={**_WORK, "days": NUMERIC, "link": BOOLEAN}),
        _nothing,
    ),
    ("statuses", "remove"): (
        Command(
            "statuses remove",
            options={
                "days": NUMERIC,
                "batch_size": NUMERIC,
                **dict.fromkeys(
                    ("continue", "clean_followed", "skip_status_remove", "skip_media_remove", "compress_database"),
                    BOOLEAN,
                ),
            },
        ),
        _nothing,
    ),
    ("accounts", "cull"): (Command("accounts cull [DOMAIN...]", maximum=None, options=_WORK), _nothing),
    ("accounts", "prune"): (Command("accounts prune", options=_WORK), _nothing),
    ("cache", "clear"): (Command("cache clear"), _nothing),
    ("cache", "recount"): (Command("cache recount TYPE", 1, 1, _WORK), _nothing),
    ("feeds", "build"): (
        Command("feeds build [USERNAME]", 0, 1, {**_WORK, "all": BOOLEAN, "skip_filled_timelines": BOOLEAN}),
        _nothing,
    ),
    ("feeds", "vacuum"): (Command("feeds vacuum"), _nothing),
    ("emoji", "purge"): (Command("emoji purge", options={"remote_only": BOOLEAN, "suspended_only": BOOLEAN}), _nothing),
    ("search", "deploy"): (
        Command(
            "search deploy",
            options={
                "concurrency": NUMERIC,
                "batch_size": NUMERIC,
                "only": ARRAY,
                **dict.fromkeys(("import", "clean", "reset_chewy", "only_mapping"), BOOLEAN),
            },
        ),
        _nothing,
    ),
}


def find_command(words: Sequence[str]) -> tuple[Command, Action, list[str]]:
    for length in (3, 2):
        if tuple(words[:length]) in COMMANDS:
            return (*COMMANDS[tuple(words[:length])], list(words[length:]))
    raise ThorError(f'Could not find command "{" ".join(words[:2])}".')


def main(arguments: Sequence[str]) -> None:
    release = start("tootctl", check_rails)
    if arguments[:1] in (["version"], ["--version"], ["-v"]):
        print(release)
        return
    try:
        command, action, words = find_command(arguments)
        positional, options = parse(command, words)
        with connect(rails_settings(os.environ, threads=5)) as connection:
            action(connection, positional, options)
    except (ThorError, psycopg.Error, redis.exceptions.RedisError, ValueError) as error:
        sys.exit(str(error))
