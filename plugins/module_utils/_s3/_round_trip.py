# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of one object: written with the application's key, read by strangers, not listed by them, deleted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .._kube._errors import Failure
from ._client import Answer, Store

# A policy set a moment ago may take this long to be known everywhere.
_SETTLE_ATTEMPTS, _SETTLE_PAUSE = 10, 1.0


@dataclass(frozen=True)
class Step:
    """One thing that must be true of the store, and what was found."""

    step: str
    ok: bool
    expected: str
    got: str
    cure: str

    def sentence(self) -> str:
        return f"{self.step}: expected {self.expected}, got {self.got} -> {self.cure}"


@dataclass(frozen=True)
class Plan:
    """`media_url` is where the public reads; `origin` the page that embeds the media; `settling` after a change."""

    key: str
    content: bytes
    media_url: str
    origin: str
    permission: str
    require_cors: bool
    settling: bool = False


def round_trip(store: Store, plan: Plan) -> list[dict[str, str]]:
    """Every step with what came; Failure names all that went wrong. The object is deleted in any case."""
    steps = list(_steps(store, plan))
    failed = [step for step in steps if not step.ok]
    if failed:
        raise Failure(_message(store, failed))
    return [{"step": step.step, "expected": step.expected, "got": step.got} for step in steps]


def _message(store: Store, failed: Sequence[Step]) -> str:
    lines = [f"  {number}. {step.sentence()}" for number, step in enumerate(failed, 1)]
    return "\n".join([f"The bucket {store.bucket} at {store.endpoint} is not fit for media:", *lines])


def _steps(store: Store, plan: Plan) -> Iterator[Step]:
    put = _put(store, plan)
    yield put
    if not put.ok:
        return
    try:
        public = f"{plan.media_url}/{plan.key}"
        patience = _SETTLE_ATTEMPTS if plan.settling else 1
        yield _until_ok(patience, lambda: _anyone_reads(store, plan, public))
        yield _store_refuses_list(store.anonymous("GET", store.url(query="list-type=2")))
        yield _media_address_lists_nothing(store.anonymous("GET", f"{plan.media_url}/?list-type=2"))
        if plan.require_cors:
            yield _until_ok(patience, lambda: _other_origins_read(store, plan, public))
    finally:
        deleted = store.signed("DELETE", plan.key)
    yield Step(
        "delete with the application's key",
        deleted.status in (200, 204),
        "204",
        deleted.summary,
        "give the key s3:DeleteObject; until then every deleted post leaves its media behind",
    )


def _until_ok(attempts: int, look: Callable[[], Step]) -> Step:
    step = look()
    for _attempt in range(attempts - 1):
        if step.ok:
            break
        time.sleep(_SETTLE_PAUSE)
        step = look()
    return step


def _put(store: Store, plan: Plan) -> Step:
    headers = {"Content-Type": "text/plain", "Cache-Control": "no-store"}
    if plan.permission:
        headers["x-amz-acl"] = plan.permission
    answer = store.signed("PUT", plan.key, body=plan.content, headers=headers)
    cures = {
        400: "a store without ACLs refuses S3_PERMISSION: set storage_permission to an empty string",
        403: "check the key in the credentials Secret and its right s3:PutObject,"
        " with a storage_permission s3:PutObjectAcl too",
        404: "the bucket does not exist: correct storage_bucket",
    }
    cure = cures.get(answer.status, "check storage_endpoint and storage_region")
    return Step("put with the application's key", answer.status == 200, "200", answer.summary, cure)


def _anyone_reads(store: Store, plan: Plan, public: str) -> Step:
    answer = store.anonymous("GET", public)
    same = answer.body == plan.content
    got = answer.summary if answer.status != 200 or same else "200 with other content"
    cure = (
        f"{public} must lead to the object: allow s3:GetObject for everyone on the bucket's objects (with"
        " storage_bucket_configure: always this role does), and check that storage_alias_host leads to this bucket"
    )
    return Step("anonymous read at the media address", answer.status == 200 and same, "200 and the object", got, cure)


def _store_refuses_list(answer: Answer) -> Step:
    # Stores that answer only signed requests at all say 400 or 401.
    return _no_listing("anonymous list at the store", 400 <= answer.status < 500, answer)


def _media_address_lists_nothing(answer: Answer) -> Step:
    # Another server may stand there, which may answer with whatever it likes but the listing.
    return _no_listing("anonymous list at the media address", answer.status != 0 and not _is_listing(answer), answer)


def _no_listing(name: str, ok: bool, answer: Answer) -> Step:
    got = "200 with a listing" if _is_listing(answer) else answer.summary
    return Step(name, ok, "403", got, "take s3:ListBucket, or the ACL public-read on the bucket, away from everyone")


def _is_listing(answer: Answer) -> bool:
    return answer.status == 200 and b"<ListBucketResult" in answer.body


def _other_origins_read(store: Store, plan: Plan, public: str) -> Step:
    answer = store.anonymous("GET", public, {"Origin": plan.origin})
    header = "Access-Control-Allow-Origin"
    allowed = answer.headers.get(header.lower())
    return Step(
        f"read from the page {plan.origin}",
        answer.status == 200 and allowed in ("*", plan.origin),
        f"200 with {header}: * or {plan.origin}",
        f"{answer.summary} with {f'{header}: {allowed}' if allowed else f'no {header}'}",
        "set a CORS rule for GET on the bucket (with storage_bucket_configure: always this role does), or on the server"
        " behind storage_alias_host; without it the web interface cannot crop or play some media",
    )
