"""Commands about content and sign-ups that tests look at (mastodon.md 7; mastodon: lib/mastodon/cli/*.rb at v4.6.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import accounts
from .thor import BOOLEAN, NUMERIC, Command, ThorError

_OBJECTS = ("Attachments", "Custom Emoji", "Avatars", "Headers", "Preview Cards", "Backups", "Settings")


def _usage(connection: Any, _arguments: list[str], _options: dict[str, Any]) -> None:
    """cli/media.rb, usage: a table of sizes, which the double does not keep."""
    connection.execute("SELECT count(*) FROM accounts")
    print(f"{'Object':15}Total    Local")
    for name in _OBJECTS:
        print(f"{name:15}0 Bytes  0 Bytes")


def _approve(connection: Any, arguments: list[str], options: dict[str, Any]) -> None:
    """cli/accounts.rb, approve: one by name, a number of the oldest, or all; nothing at all is no mistake."""
    number = options.get("number")
    if number is not None and number < 0:
        raise ThorError("Number must be positive")
    waiting = (
        "UPDATE users SET approved = true WHERE id IN (SELECT id FROM users WHERE NOT approved ORDER BY created_at"
    )
    if options.get("all"):
        connection.execute(f"{waiting})")
    elif number:
        connection.execute(f"{waiting} LIMIT %s)", (number,))
    elif arguments:
        user = accounts.find_local_user(connection, arguments[0])
        if not user:
            raise ThorError("No such account")
        connection.execute("UPDATE users SET approved = true WHERE id = %s", (user["id"],))
    else:
        return
    print("OK")


def _purge(connection: Any, arguments: list[str], options: dict[str, Any]) -> None:
    """cli/domains.rb, purge: remote accounts of the domains, of which the double has none."""
    if not arguments and not options.get("limited_federation_mode"):
        raise ThorError("No domain(s) given")
    connection.execute("DELETE FROM accounts WHERE domain = ANY(%s)", (arguments,))
    print("Removed 0 accounts")


CONTENT: Mapping[tuple[str, ...], Any] = {
    ("media", "usage"): (Command("media usage"), _usage),
    ("accounts", "approve"): (
        Command("accounts approve [USERNAME]", 0, 1, {"number": NUMERIC, "all": BOOLEAN}),
        _approve,
    ),
    ("domains", "purge"): (
        Command(
            "domains purge [DOMAIN...]",
            maximum=None,
            options={
                "concurrency": NUMERIC,
                **dict.fromkeys(
                    (
                        *("verbose", "dry_run", "limited_federation_mode"),
                        *("by_uri", "include_subdomains", "purge_domain_blocks"),
                    ),
                    BOOLEAN,
                ),
            },
        ),
        _purge,
    ),
}
