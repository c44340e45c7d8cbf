# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the bucket and what it says of itself as Mastodon needs it, changing only what differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .._kube._errors import Failure
from ._bucket import cors_document, creation_document, parse_cors, parse_policy, with_cors_rule, with_read_policy
from ._client import Answer, Store

# What stores answer that do not know a part of the protocol.
_UNSUPPORTED = (405, 501)


@dataclass
class Configuration:
    """What the bucket was and what it is to be; absent parts were not looked at."""

    exists: bool = True
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return self.before != self.after


class Note(Protocol):
    """What remembers, from before the bucket is made until it is configured, that we are making it."""

    def is_there(self) -> bool: ...
    def write(self) -> None: ...
    def remove(self) -> None: ...


def configure(
    store: Store, note: Note, *, create: bool, when: str, origins: Sequence[str], check_mode: bool
) -> Configuration:
    """Make the bucket if asked, and its read policy and CORS rule: C(when) is always, never, or created (only then)."""
    found = store.signed("HEAD")
    _explain_head(store, found, create)
    outcome = Configuration(exists=found.status != 404)
    made = not outcome.exists
    outcome.before["bucket"], outcome.after["bucket"] = ("absent" if made else "present"), "present"
    if made and not check_mode:
        note.write()
        _done(store, store.signed("PUT", body=creation_document(store.region)), f"make the bucket {store.bucket}")
    unfinished = made or note.is_there()
    if when == "always" or (when == "created" and unfinished):
        _configure_reading(store, outcome, origins, check_mode)
    if unfinished and not check_mode:
        note.remove()
    return outcome


def _configure_reading(store: Store, outcome: Configuration, origins: Sequence[str], check_mode: bool) -> None:
    policy = _read(store, "policy", parse_policy) if outcome.exists else None
    rules = (_read(store, "cors", parse_cors) if outcome.exists else None) or []
    wanted_policy, wanted_rules = with_read_policy(policy, store.bucket), with_cors_rule(rules, origins)
    outcome.before |= {"policy": policy, "cors": rules}
    outcome.after |= {"policy": wanted_policy, "cors": wanted_rules}
    if check_mode:
        return
    if wanted_policy != policy:
        _write(store, "policy", json.dumps(wanted_policy).encode())
    if wanted_rules != rules:
        _write(store, "cors", cors_document(wanted_rules))


def _explain_head(store: Store, answer: Answer, create: bool) -> None:
    """Stop on what no later step could say better. 403 is no such thing: a key may be limited to the objects."""
    if answer.status == 404 and not create:
        raise Failure(
            f"The bucket {store.bucket} does not exist at {store.endpoint}: make it, correct storage_bucket,"
            " or set storage_bucket_create: true."
        )
    if answer.status == 301:
        region = answer.headers.get("x-amz-bucket-region", "another one")
        raise Failure(f"The bucket {store.bucket} is not in region {store.region}: set storage_region: {region}.")
    if answer.status == 0:
        raise Failure(
            f"Cannot reach the object store at {store.endpoint}: {answer.summary}. Check storage_endpoint and the"
            " network between here and the store; storage_resolve gives addresses to names that do not resolve here."
        )


def _read(store: Store, part: str, parse: Callable[[bytes], Any]) -> Any:
    answer = store.signed("GET", query=part)
    if answer.status == 404:
        return None
    _done(store, answer, f"read the {part} of the bucket {store.bucket}")
    return parse(answer.body)


def _write(store: Store, part: str, body: bytes) -> None:
    _done(store, store.signed("PUT", query=part, body=body), f"set the {part} of the bucket {store.bucket}")


def _done(store: Store, answer: Answer, attempt: str) -> None:
    if answer.status in (200, 204):
        return
    if answer.status in _UNSUPPORTED:
        cure = (
            "this store does not offer that; make objects public and set CORS with its own tools,"
            " and set storage_bucket_configure: never"
        )
    elif b"BlockPublicPolicy" in answer.body or b"public policies" in answer.body:
        cure = "turn off BlockPublicPolicy and RestrictPublicBuckets in the bucket's public access block"
    elif answer.status == 403:
        cure = "give the key this right, or do it with the store's own tools and set storage_bucket_configure: never"
    else:
        cure = f"look into the logs of the store at {store.endpoint}"
    raise Failure(f"Cannot {attempt}: the store answered {answer.summary}; {cure}.")
