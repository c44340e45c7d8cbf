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


def cnpg_connection(given: Mapping[str, Any], clusters: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The `database_connection` to a CloudNativePG Cluster as it is in the cluster; as given if it is not there yet.

    Its identity ends with the Cluster's uid: a Cluster that somebody deleted and this role made again is another, empty
    database. ValueError if the database that exists is not the one that is asked for.
    """
    connection = dict(given)
    for cluster in clusters:
        _refuse_another(cluster, connection)
        metadata = cluster["metadata"]
        # What a dry run would make has a uid too, but nobody ever sees it again.
        if metadata.get("resourceVersion"):
            connection["identity"] = f"{given['identity']}@{metadata['uid']}"
    return connection


def _refuse_another(cluster: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """The bootstrap section that the Cluster was made from is kept, so that it tells the name and the owner."""
    name, bootstrap = cluster["metadata"]["name"], cluster["spec"].get("bootstrap") or {}
    for field, part, variable in (("database", "name", "database_name"), ("owner", "user", "database_user")):
        found = _of_any_method(bootstrap, field)
        if found and found != wanted[part]:
            raise ValueError(
                f"{variable} is {wanted[part]!r}, but Cluster {name} was made with {found!r}, and the bootstrap section"
                f" that says so is read only once. Set {variable}: {found}"
            )


def _of_any_method(bootstrap: Mapping[str, Any], field: str) -> str | None:
    """A field of the one method (initdb, recovery, pg_basebackup) in a bootstrap section."""
    return next((method.get(field) for method in bootstrap.values()), None)
