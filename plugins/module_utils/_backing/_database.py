# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The database: its names, the connection to one of the user's own, and what of it must never be changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

POSTGRESQL_PORT = 5432


def service_names(service: str, namespace: str, cluster_domain: str) -> list[str]:
    """Every form in which a pod may call a Service, shortest first."""
    return [
        service,
        f"{service}.{namespace}",
        f"{service}.{namespace}.svc",
        f"{service}.{namespace}.svc.{cluster_domain}",
    ]


def database_connection(given: Mapping[str, Any], name: str, user: str) -> dict[str, Any]:
    """The `database_connection` of a database that the user runs, from what the user says of it."""
    host, port = given["host"], int(given.get("port") or POSTGRESQL_PORT)
    direct_host, direct_port = given.get("direct_host") or host, int(given.get("direct_port") or port)
    replica = given.get("replica")
    return {
        "host": host,
        "port": port,
        "direct_host": direct_host,
        "direct_port": direct_port,
        "name": name,
        "user": user,
        "password_secret": dict(given["password_secret"]),
        "pooling": given.get("pooling") or "none",
        "sslmode": given.get("sslmode") or "verify-full",
        "ca_secret": given.get("ca_secret"),
        "max_connections": given.get("max_connections"),
        "pool": given.get("pool"),
        # The direct address: a pooler in front may be exchanged, the database behind it is the same.
        "identity": f"postgresql/{direct_host}:{direct_port}/{name}",
        "replica": {"host": replica["host"], "port": int(replica.get("port") or port)} if replica else None,
    }


def overlay_cluster(manifests: Iterable[Mapping[str, Any]], spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The manifests, with further fields over the spec of the CloudNativePG Cluster among them.

    Mappings are merged, all else is replaced, and so is the whole bootstrap section: it may hold one method only.
    """
    return [
        {**manifest, "spec": _merged(manifest["spec"], spec) | _only(spec, "bootstrap")}
        if manifest["kind"] == "Cluster"
        else dict(manifest)
        for manifest in manifests
    ]


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for name, value in over.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(name), Mapping)
        merged[name] = _merged(merged[name], value) if both else value
    return merged


def _only(mapping: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {name: mapping[name]} if name in mapping else {}


def keep_bootstrap(
    manifests: Iterable[Mapping[str, Any]], existing: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The manifests, with the bootstrap section of every CloudNativePG Cluster that exists left as it is.

    CloudNativePG reads the section once, when it makes the database (operators.md 3.11). A different one later does
    nothing to the data but moves what the operator derives from it, such as the database's name in its Secrets.
    ValueError if the database that exists is not the one that is asked for.
    """
    bootstraps = {cluster["metadata"]["name"]: cluster["spec"].get("bootstrap") for cluster in existing}
    return [_with_bootstrap(manifest, bootstraps) for manifest in manifests]


def _with_bootstrap(manifest: Mapping[str, Any], bootstraps: Mapping[str, Any]) -> dict[str, Any]:
    name = manifest["metadata"]["name"]
    if manifest["kind"] != "Cluster" or not bootstraps.get(name):
        return dict(manifest)
    wanted, found = manifest["spec"].get("bootstrap", {}), bootstraps[name]
    for field, variable in (("database", "database_name"), ("owner", "database_user")):
        asked, given = _of_any_method(wanted, field), _of_any_method(found, field)
        if asked and given and asked != given:
            raise ValueError(
                f"{variable} is {asked!r}, but Cluster {name} was made with {given!r}, and the bootstrap section that"
                f" says so is read only once. Set {variable}: {given}"
            )
    return {**manifest, "spec": {**manifest["spec"], "bootstrap": found}}


def _of_any_method(bootstrap: Mapping[str, Any], field: str) -> str | None:
    """A field of the one method (initdb, recovery, pg_basebackup) in a bootstrap section."""
    return next((method.get(field) for method in bootstrap.values()), None)
