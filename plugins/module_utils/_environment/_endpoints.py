# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom the processes connect to by configuration, so that a network policy can let them (T56)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from . import _mail
from ._redis import PREFIXES
from ._settings import subjects
from ._variable import ALL, RAILS, WEB, WEB_AND_SIDEKIQ, Process

_SIDEKIQ = frozenset({Process.SIDEKIQ})
_JOB = frozenset({Process.JOB})
_SCHEME_PORTS = {"http": 80, "https": 443, "ldap": 389, "ldaps": 636}


@dataclass(frozen=True, order=True)
class Endpoint:
    """A host as the processes call it, and the port."""

    host: str
    port: int


def endpoints(values: Mapping[str, Any]) -> dict[Process, list[Endpoint]]:
    """The endpoints of each process, sorted, from the variables of the role `app`."""
    settled = subjects(values)
    found = [
        *_database(values["app_database"]),
        *_cache(values["app_cache"]),
        *_storage(values["app_storage"]),
        *_mail_servers(settled),
        *_services(settled),
    ]
    return {process: sorted({endpoint for processes, endpoint in found if process in processes}) for process in Process}


_Found = Iterator[tuple[frozenset[Process], Endpoint]]


def _database(connection: Mapping[str, Any]) -> _Found:
    yield ALL - _JOB, Endpoint(connection["host"], int(connection["port"]))
    yield _JOB, Endpoint(connection["direct_host"], int(connection["direct_port"]))
    replica = connection.get("replica")
    if replica:
        yield WEB_AND_SIDEKIQ, Endpoint(replica["host"], int(replica["port"]))


def _cache(cache: Mapping[str, Any]) -> _Found:
    for purpose in PREFIXES:
        server = cache.get(purpose)
        if not server:
            continue
        readers = ALL if purpose == "base" else RAILS
        # Sentinels tell where the primary is; it usually listens on the port that is given.
        for sentinel in server.get("sentinels") or []:
            yield readers, Endpoint(sentinel["host"], int(sentinel["port"]))
            yield readers, Endpoint(sentinel["host"], int(server["port"]))
        if server.get("host"):
            yield readers, Endpoint(server["host"], int(server["port"]))


def _storage(storage: Mapping[str, Any]) -> _Found:
    settings = storage.get(storage["backend"]) or {}
    yield from _addresses(RAILS, settings.get("endpoint"), settings.get("auth_url"), settings.get("object_url"))


def _mail_servers(settled: Mapping[str, Mapping[str, Any]]) -> _Found:
    for variable in ("app_smtp", "app_bulk_smtp"):
        given = settled.get(variable)
        mode = _mail.encryption(given) if given else None
        if given and mode:
            port = given["port"] if given["port"] is not None else _mail.PORTS[mode]
            yield _SIDEKIQ, Endpoint(given["server"], port)


def _services(settled: Mapping[str, Mapping[str, Any]]) -> _Found:
    search, ldap, cas = settled.get("app_search"), settled.get("app_ldap"), settled.get("app_cas")
    oidc, saml, translation = settled.get("app_oidc"), settled.get("app_saml"), settled.get("app_translation")
    tracing, proxy = settled.get("app_tracing"), settled.get("app_proxy")
    if search and search["host"]:
        yield RAILS, Endpoint(search["host"], search["port"] or 9200)
    if ldap and ldap["host"]:
        yield WEB, Endpoint(ldap["host"], ldap["port"] or 389)
    if cas:
        yield from _addresses(WEB, cas["url"])
        if cas["host"]:
            yield WEB, Endpoint(cas["host"], cas["port"] or (443 if cas["ssl"] else 80))
    if oidc:
        places = ("issuer", "auth_endpoint", "token_endpoint", "user_info_endpoint", "jwks_uri", "end_session_endpoint")
        yield from _addresses(WEB, *(oidc[place] for place in places))
    if saml:
        yield from _addresses(WEB, saml["idp_sso_target_url"])
    if translation:
        yield from _addresses(WEB, translation["libre_translate_endpoint"])
    if tracing:
        yield from _addresses(WEB_AND_SIDEKIQ, tracing["endpoint"])
    if proxy:
        yield from _addresses(RAILS, proxy["http_proxy"], proxy["http_hidden_proxy"])


def _addresses(processes: frozenset[Process], *addresses: str | None) -> _Found:
    for address in addresses:
        parts = urlsplit(address or "")
        port = parts.port or _SCHEME_PORTS.get(parts.scheme)
        if parts.hostname and port:
            yield processes, Endpoint(parts.hostname, port)
