# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account's Secret: who it is, the password we gave it, and how far making it has come (pains.md T21)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .._kube._client import Cluster
from .._labels import PREFIX, labels
from . import _email
from ._decision import User, Wanted

COMPONENT = "account"
_STATE = PREFIX + "account"
_VERIFIED = PREFIX + "verified"
_RESET = PREFIX + "password-reset"

# pending: being made, its password is not known. created: made by us. found: it was there before.
State = Literal["pending", "created", "found"]


@dataclass(frozen=True)
class Kept:
    """What the Secret says."""

    username: str
    email: str
    state: State | None
    verified: str
    # The last request for a new password that was met.
    reset: str

    def is_ours(self, user: User | None) -> bool:
        """Whether we made the account that has this user now.

        While it was only begun, somebody else may have signed up with the name; but not with the address.
        """
        if self.state == "pending":
            return user is not None and _email.same(user.email, self.email)
        return self.state == "created"


def default_name(username: str) -> str:
    """A name for the Secret of any account: a user name cannot have a hyphen, and an object's name no underscore."""
    return f"mastodon-{username.lower().replace('_', '-')}-account"


def fingerprint(wanted: Wanted) -> str:
    """What was verified in the database last, so that the same wish is not verified again."""
    known = [wanted.username.lower(), wanted.email.lower(), wanted.role]
    place = [wanted.database] if wanted.database else []
    text = json.dumps([*known, wanted.approved, wanted.confirmed, wanted.disabled, *place])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def kept(live: Mapping[str, Any] | None) -> Kept | None:
    if live is None:
        return None
    annotations = live["metadata"].get("annotations") or {}
    username, email = (_text(live, key) for key in ("username", "email"))
    state = annotations.get(_STATE)
    known = state if state in ("pending", "created", "found") else None
    return Kept(username, email, known, annotations.get(_VERIFIED, ""), annotations.get(_RESET, ""))


def _text(live: Mapping[str, Any], key: str) -> str:
    return base64.b64decode((live.get("data") or {}).get(key, "")).decode("utf-8", "replace")


@dataclass(frozen=True)
class Place:
    """Where the Secret is."""

    cluster: Cluster
    namespace: str
    name: str

    def read(self) -> dict[str, Any] | None:
        return self.cluster.get("v1", "Secret", self.name, self.namespace)

    def write(self, live: Mapping[str, Any] | None, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Write over the Secret that was read; KubeError 409 if somebody else wrote since."""
        metadata = manifest["metadata"]
        if live is None:
            identity = {"name": self.name, "namespace": self.namespace}
            kind = {"apiVersion": "v1", "kind": "Secret", "type": "Opaque"}
            return self.cluster.create({**kind, **manifest, "metadata": {**metadata, **identity}})
        bound = {**metadata, "resourceVersion": live["metadata"]["resourceVersion"]}
        return self.cluster.patch("v1", "Secret", self.name, self.namespace, {**manifest, "metadata": bound})


def manifest(
    namespace: str,
    wanted: Wanted,
    state: State,
    *,
    password: str | None = None,
    verified: bool = False,
    reset: str | None = None,
) -> dict[str, Any]:
    """What the Secret is to say; without a password the one it holds stays, and with one a request for it is met."""
    values = {"username": wanted.username, "email": wanted.email} | ({"password": password} if password else {})
    annotations: dict[str, str] = {_STATE: state}
    if verified:
        annotations[_VERIFIED] = fingerprint(wanted)
    if password and reset:
        annotations[_RESET] = reset
    return {
        "metadata": {"labels": labels(namespace, COMPONENT), "annotations": annotations},
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in values.items()},
    }
