# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong between a module and the cluster, as sentences for its user."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

# Characters to keep of either end of a message.
QUOTED = 500

# How the API server words a missing permission; what the authorizer has to say follows. Quotas, Pod Security and
# admission policies refuse with the same status in words of their own.
LACKING = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]+)"| at the cluster scope)(?P<more>.*)',
    re.DOTALL,
)


class Failure(Exception):  # noqa: N818  (the word the user reads)
    """Anything a module reports with fail_json: ``str(error)`` is the message, ``result`` what it returns besides."""

    def __init__(self, message: str, result: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.result: dict[str, Any] = dict(result or {})


class Unreachable(Failure):
    """No answer from the API server. A module that waits may outlive it; for all others it is a failure."""


class KubeError(Failure):
    """The API server refused a request. ``attempt`` says what was tried, for example ``apply Service shop/web``."""

    def __init__(self, attempt: str, status: int, body: Mapping[str, Any]) -> None:
        self.attempt = attempt
        self.status = status
        self.reason = str(body.get("reason") or "")
        self.details: dict[str, Any] = dict(body.get("details") or {})
        # In full: a Secret's values are taken out of it, which does not work on halves of them.
        self.server_message = str(body.get("message") or self.reason or f"HTTP status {status}")
        told = lacking(self.server_message) if status == 403 else ""
        super().__init__(f"Cannot {attempt}: {told or shortened(self.server_message)}")


def shortened(message: str) -> str:
    """The message without the middle of the objects that the server quotes whole: the fault is named at both ends."""
    return message if len(message) <= 2 * QUOTED else f"{message[:QUOTED]} … {message[-QUOTED:]}"


def lacking(message: str) -> str:
    """Which permission is missing and where to grant it; empty if the server refused for another reason."""
    found = LACKING.search(message)
    if found is None:
        return ""
    verb, resource, group, namespace = found.group("verb", "resource", "group", "namespace")
    where = f"in namespace {namespace}" if namespace else "in the whole cluster"
    role = "a Role there" if namespace else "a ClusterRole"
    more = found["more"].strip(" :.")
    return (
        f"{found['user']} lacks the permission to {verb} {resource} {where}{f' ({shortened(more)})' if more else ''}."
        f' Bind {role} to it with the rule {{apiGroups: ["{group}"], resources: ["{resource}"], verbs: ["{verb}"]}};'
        " docs/permissions.md lists all that a run needs."
    )


class UnknownKindError(KubeError):
    """The cluster does not serve this kind: its custom resource definition is not installed."""

    def __init__(self, api_version: str, kind: str) -> None:
        message = f"the cluster does not serve this kind; install the operator or the CRD that provides {api_version}"
        super().__init__(f"find {kind} ({api_version})", 404, {"reason": "NotFound", "message": message})


def status_body(raw: bytes) -> dict[str, Any]:
    """The Status object in an error response; what a proxy or webhook says instead becomes the message."""
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    text = " ".join(raw.decode("utf-8", "replace").split())
    return {"message": text[:500]} if text else {}
