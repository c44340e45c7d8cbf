# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a request of the module s3_round_trip to its result."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from .._kube._client import Cluster
from .._kube._errors import Failure
from .._kube._forward import forward
from .._probe._addresses import parse_overrides
from .._probe._tls import trust
from ._client import Credentials, Store
from ._configure import configure
from ._reach import Reach
from ._round_trip import Plan, round_trip
from ._unfinished import Note

Hide = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """The module's options; `token` makes the object's name new, so that no cache on the way knows it."""

    endpoint: str
    region: str
    bucket: str
    path_style: bool
    namespace: str
    credentials_secret: Mapping[str, str]
    permission: str
    key_prefix: str | None
    media_url: str | None
    origin: str
    require_cors: bool
    cors_origins: Sequence[str]
    create: bool
    configure: str
    resolve: Sequence[str]
    ca_path: str | None
    timeout: int
    token: str

    @classmethod
    def names(cls) -> list[str]:
        return [field.name for field in fields(cls) if field.name != "token"]

    @property
    def key(self) -> str:
        name = f"mastodon-round-trip/{self.token}.txt"
        return f"{self.key_prefix.strip('/')}/{name}" if self.key_prefix else name


def prove(cluster: Cluster, request: Request, hide: Hide, *, check_mode: bool) -> dict[str, Any]:
    """Configure the bucket as asked, then prove the round trip; the module's whole result."""
    if urlsplit(request.endpoint).scheme not in ("http", "https"):
        raise Failure(f"endpoint {request.endpoint!r} needs its scheme, http:// or https://.")
    store = _store(cluster, request, hide)
    outcome = configure(
        store,
        Note(cluster, request.namespace, store.endpoint, store.bucket),
        create=request.create,
        when=request.configure,
        origins=request.cors_origins,
        check_mode=check_mode,
    )
    media_url = (request.media_url or store.url()).rstrip("/")
    plan = Plan(
        key=request.key,
        content=f"{request.token}\n".encode(),
        media_url=media_url,
        origin=request.origin,
        permission=request.permission,
        require_cors=request.require_cors,
        settling=outcome.changed,
    )
    return {
        "changed": outcome.changed,
        "diff": {"before": outcome.before, "after": outcome.after},
        "media_url": media_url,
        "steps": [] if check_mode else round_trip(store, plan),
    }


def _store(cluster: Cluster, request: Request, hide: Hide) -> Store:
    try:
        overrides, context = parse_overrides(request.resolve), trust(request.ca_path)
    except ValueError as error:
        raise Failure(f"resolve: {error}.") from error
    except OSError as error:
        raise Failure(f"ca_path: {request.ca_path} cannot be used: {error}.") from error
    reach = Reach(overrides, context, request.timeout, lambda *service: forward(cluster, *service))
    return Store(
        reach=reach,
        credentials=_credentials(cluster, request.namespace, request.credentials_secret, hide),
        endpoint=request.endpoint.rstrip("/"),
        region=request.region,
        bucket=request.bucket,
        path_style=request.path_style,
    )


def _credentials(cluster: Cluster, namespace: str, where: Mapping[str, str], hide: Hide) -> Credentials:
    secret = cluster.get("v1", "Secret", where["name"], namespace)
    if secret is None:
        raise Failure(
            f"There is no Secret {namespace}/{where['name']} with the key to the object store: make it, with the"
            f" entries {where['access_key_id_key']} and {where['secret_access_key_key']}, or correct"
            " storage_credentials_secret."
        )
    values = []
    for entry in (where["access_key_id_key"], where["secret_access_key_key"]):
        encoded = secret.get("data", {}).get(entry)
        if not encoded:
            raise Failure(
                f"Secret {namespace}/{where['name']} has no entry {entry}:"
                " add it, or correct storage_credentials_secret."
            )
        values.append(base64.b64decode(encoded).decode())
    # The ID is no secret, but it is of no use in a log either.
    for value in values:
        hide(value)
    return Credentials(*values)
