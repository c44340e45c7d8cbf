"""Streams and the Redis channels behind them (mastodon: streaming/index.js). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_FALSE = {"", "0", "f", "F", "false", "FALSE", "off", "OFF"}  # streaming/utils.js, isTruthy

PUBLIC = ("public", "public:media", "public:local", "public:local:media", "public:remote", "public:remote:media")
NAMES = ("system", "user", "user:notification", "list", "direct", *PUBLIC, "hashtag", "hashtag:local")

_PATHS = {
    "/user": "user",
    "/user/notification": "user:notification",
    "/public": "public",
    "/public/local": "public:local",
    "/public/remote": "public:remote",
    "/hashtag": "hashtag",
    "/hashtag/local": "hashtag:local",
    "/direct": "direct",
    "/list": "list",
}


class RequestError(Exception):
    """400."""

    status = 400


class AuthenticationError(Exception):
    """401."""

    status = 401


def name_from_path(path: str, query: Mapping[str, str]) -> str | None:
    name = _PATHS.get(path.removeprefix("/api/v1/streaming"))
    media = name and name.startswith("public") and query.get("only_media", "") not in _FALSE
    return f"{name}:media" if media else name


def channels(name: str, account_id: int, scopes: Sequence[str], params: Mapping[str, str]) -> list[str]:
    """The Redis channels of a stream; RequestError for one that is unknown or lacks its parameter."""
    if name == "user":
        own = f"timeline:{account_id}"
        return [own, f"{own}:notifications"] if {"read", "read:notifications"} & set(scopes) else [own]
    if name == "user:notification":
        return [f"timeline:{account_id}:notifications"]
    if name == "direct":
        return [f"timeline:direct:{account_id}"]
    if name in PUBLIC:
        return [f"timeline:{name}"]
    if name in ("hashtag", "hashtag:local"):
        if not params.get("tag"):
            raise RequestError("Missing tag name parameter")
        return [f"timeline:hashtag:{params['tag'].lower()}{name.removeprefix('hashtag')}"]
    if name == "list":
        if not params.get("list"):
            raise RequestError("Missing list name parameter")
        raise AuthenticationError("Not authorized to stream this list")  # the double keeps no lists
    raise RequestError("Unknown stream type")


def check_scopes(name: str, scopes: Sequence[str]) -> None:
    needed = {"read", "read:notifications" if name == "user:notification" else "read:statuses"}
    if not needed & set(scopes):
        raise AuthenticationError("Access token does not have the required scopes")


def stream_of(name: str, params: Mapping[str, str]) -> list[str]:
    """What a message says it belongs to."""
    if name.startswith("hashtag") and params.get("tag"):
        return [name, params["tag"]]
    return [name]
