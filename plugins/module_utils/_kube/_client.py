# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs the collection needs of the Kubernetes API, on plain dictionaries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from ._discovery import Discovery
from ._errors import KubeError, UnknownKindError
from ._redact import redacted
from ._resource import Resource
from ._transport import Transport

if TYPE_CHECKING:
    from ._exec import ExecResult

__all__ = ["FIELD_MANAGER", "Cluster", "KubeError", "Resource", "UnknownKindError", "reference"]

FIELD_MANAGER = "fediverse.mastodon"
PAGE = 500
# JSON is YAML: the server takes JSON under the apply content type, which every supported version knows by this name.
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"

Object = dict[str, Any]
Objects = list[Object]


def reference(manifest: Mapping[str, Any]) -> str:
    """``Deployment shop/web``: how messages call an object."""
    metadata = manifest.get("metadata") or {}
    return named(manifest.get("kind") or "object", metadata.get("name") or "(no name)", metadata.get("namespace"))


def named(kind: str, name: str, namespace: str | None) -> str:
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


class Cluster:
    """One cluster, reached with one set of credentials. Its methods may be called from several threads."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.discovery = Discovery(
            lambda path, accept: json.loads(transport.request("GET", path, f"discover {path}", accept=accept))
        )

    @property
    def requests(self) -> int:
        """API requests sent so far."""
        return self._transport.sent

    @property
    def warnings(self) -> Sequence[str]:
        """What the server advised in its answers so far, each once."""
        return tuple(self._transport.warnings)

    @property
    def clock(self) -> datetime:
        """The server's time at its last answer, which the times in objects are to be compared with."""
        date = self._transport.date
        return parsedate_to_datetime(date) if date else datetime.now(UTC)

    def resource(self, api_version: str, kind: str) -> Resource:
        return self.discovery.resource(api_version, kind)

    def version(self) -> str:
        """The server's version, such as ``v1.33.2``."""
        return str(self._json("GET", "/version", "read the server's version")["gitVersion"])

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """The object, or None if it does not exist."""
        path = self.resource(api_version, kind).path(namespace, name)
        try:
            return self._json("GET", path, f"read {named(kind, name, namespace)}")
        except KubeError as error:
            if error.status == 404:
                return None
            raise

    def list(
        self,
        api_version: str,
        kind: str,
        namespace: str | None = None,
        labels: str | None = None,
        fields: str | None = None,
    ) -> Objects:
        """All objects of a kind that the label and field selectors match, in one namespace or in all."""
        path = self.resource(api_version, kind).path(namespace)
        query: dict[str, Any] = {"limit": PAGE}
        if labels:
            query["labelSelector"] = labels
        if fields:
            query["fieldSelector"] = fields
        attempt = f"list {kind}" + (f" in namespace {namespace}" if namespace else "")
        found: Objects = []
        while True:
            page = self._json("GET", path, attempt, query=query)
            # Items of a list come without their own apiVersion and kind.
            found += [{"apiVersion": api_version, "kind": kind, **item} for item in page.get("items") or ()]
            query["continue"] = (page.get("metadata") or {}).get("continue")
            if not query["continue"]:
                return found

    def apply(
        self,
        manifest: Mapping[str, Any],
        *,
        dry_run: bool = False,
        force: bool = False,
        manager: str = FIELD_MANAGER,
    ) -> Object:
        """Server-side apply: become the owner of exactly the fields in the manifest."""
        resource, namespace, name = self._target(manifest)
        query = {"fieldManager": manager, "fieldValidation": "Strict"}
        if force:
            query["force"] = "true"
        path = resource.path(namespace, name)
        return self._write("apply", "PATCH", path, manifest, query=query, dry_run=dry_run, content_type=APPLY)

    def create(self, manifest: Mapping[str, Any], *, dry_run: bool = False) -> Object:
        """Create the object; KubeError with status 409 if it exists."""
        resource, namespace, _name = self._target(manifest)
        query = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
        return self._write("create", "POST", resource.path(namespace), manifest, query=query, dry_run=dry_run)

    def patch(
        self,
        api_version: str,
        kind: str,
        name: str,
        namespace: str | None,
        patch: Mapping[str, Any],
        *,
        dry_run: bool = False,
    ) -> Object:
        """Change single fields with a JSON merge patch."""
        path = self.resource(api_version, kind).path(namespace, name)
        target = {**patch, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
        query = {"fieldManager": FIELD_MANAGER}
        return self._write("patch", "PATCH", path, target, body=patch, query=query, dry_run=dry_run, content_type=MERGE)

    def delete(
        self,
        api_version: str,
        kind: str,
        name: str,
        namespace: str | None = None,
        *,
        dry_run: bool = False,
        propagation: str = "Background",
        uid: str | None = None,
    ) -> bool:
        """Delete the object; False if there was none. With a uid no other one of the same name: KubeError 409 then."""
        path = self.resource(api_version, kind).path(namespace, name)
        query = {"propagationPolicy": propagation, **({"dryRun": "All"} if dry_run else {})}
        body = {"preconditions": {"uid": uid}} if uid else None
        try:
            self._transport.request("DELETE", path, f"delete {named(kind, name, namespace)}", query=query, body=body)
        except KubeError as error:
            if error.status == 404:
                return False
            raise
        return True

    def logs(
        self, namespace: str, pod: str, *, container: str | None = None, tail: int = 50, previous: bool = False
    ) -> str:
        """The last lines a container wrote; with ``previous`` those of its run before the last restart."""
        return self._log(namespace, pod, container, {"tailLines": tail, "previous": str(previous).lower()})

    def logs_since(self, namespace: str, pod: str, *, container: str | None = None, since: str | None = None) -> str:
        """Everything a container wrote from a time on, of which whole seconds count; each line begins with its time."""
        query = {"timestamps": "true"} | ({"sinceTime": since} if since else {})
        return self._log(namespace, pod, container, query)

    def _log(self, namespace: str, pod: str, container: str | None, query: dict[str, Any]) -> str:
        if container:
            query["container"] = container
        path = self.resource("v1", "Pod").path(namespace, pod) + "/log"
        attempt = f"read the log of {named('Pod', pod, namespace)}"
        return self._transport.request("GET", path, attempt, query=query, accept="*/*").decode("utf-8", "replace")

    def exec(
        self,
        namespace: str,
        pod: str,
        command: Sequence[str],
        *,
        container: str | None = None,
        stdin: str | None = None,
        timeout: float = 600,
    ) -> ExecResult:
        """Run a command in a container and wait for its end."""
        from ._exec import run

        path = self.resource("v1", "Pod").path(namespace, pod) + "/exec"
        return run(self._transport, path, command, container=container, stdin=stdin, timeout=timeout)

    def _target(self, manifest: Mapping[str, Any]) -> tuple[Resource, str | None, str]:
        resource = self.resource(manifest["apiVersion"], manifest["kind"])
        metadata = manifest["metadata"]
        return resource, metadata.get("namespace"), metadata["name"]

    def _write(
        self,
        verb: str,
        method: str,
        path: str,
        target: Mapping[str, Any],
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str],
        dry_run: bool,
        content_type: str = "application/json",
    ) -> Object:
        query = {**query, **({"dryRun": "All"} if dry_run else {})}
        sent = target if body is None else body
        try:
            return self._json(
                method, path, f"{verb} {reference(target)}", query=query, body=sent, content_type=content_type
            )
        except KubeError as error:
            raise redacted(error, target) from None

    def _json(self, method: str, path: str, attempt: str, **options: Any) -> Object:
        return json.loads(self._transport.request(method, path, attempt, **options))
