# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place where environments are made: from the role's variables to what each process is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._sizes._queues import served
from .._sizes._sizes import sizes
from . import _assets, _mail, _observability, _oidc, _search
from ._catalog import SUBJECTS
from ._connections import SECRETS
from ._database import AUTO, draft_database
from ._draft import Draft, Environment, View
from ._redis import authority, draft_redis
from ._refused import refusal
from ._settings import extras, subjects
from ._storage import draft_storage
from ._variable import WEB_AND_SIDEKIQ, Kind, Process

# A bare name inside tmp/, which the image sets to the same (mastodon.md 2 and 3.3).
READY_FILE = "sidekiq_process_has_started_and_will_begin_processing_jobs"

# What Rails and streaming trust on their own. A list replaces it, so it is repeated in one (mastodon.md 5.1, T42).
ALWAYS_TRUSTED = ("127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")


def build(values: Mapping[str, Any]) -> dict[str, Environment]:
    """The environment of every workload, by its name, from the variables of the role `app` by theirs.

    ValueError tells what is wrong with them.
    """
    settled = subjects(values)
    settled_sizes = sizes(values["app_profile"], values.get("app_sizes"))
    draft = Draft(list(_views(settled_sizes)))
    _domains(draft, values)
    draft.set("WEB_CONCURRENCY", settled_sizes["web"]["processes"])
    draft.set("MAX_THREADS", settled_sizes["web"]["threads"])
    draft.set("MASTODON_SIDEKIQ_READY_FILENAME", READY_FILE)
    _secrets(draft, values["app_secrets"])
    trusted = values.get("app_trusted_ca_secret") or authority(values["app_cache"])
    draft.authority("SSL_CERT_FILE", "trusted", trusted)
    draft_database(draft, values["app_database"], trusted, values.get("app_streaming_sslmode") or AUTO)
    draft_redis(draft, values["app_cache"])
    draft_storage(draft, values["app_storage"])
    _subjects(draft, settled, values)
    draft.pin("CDN_HOST", _assets.published_at(values, settled.get("app_site") or {}))
    _extras(draft, values)
    return draft.environments()


def _views(settled: Mapping[str, Any]) -> Iterator[View]:
    yield View("web", Process.WEB, settled["web"]["threads"])
    yield View("streaming", Process.STREAMING, settled["streaming"]["database_pool"])
    for name, group in settled["sidekiq"].items():
        yield View(f"sidekiq-{name}", Process.SIDEKIQ, group["concurrency"], frozenset(served(group["queues"])))
    yield View("job", Process.JOB, settled["job"]["database_pool"])


def _domains(draft: Draft, values: Mapping[str, Any]) -> None:
    draft.set("LOCAL_DOMAIN", values["app_local_domain"])
    draft.set("WEB_DOMAIN", values["app_web_domain"])
    draft.set("ALTERNATE_DOMAINS", values.get("app_alternate_domains") or [])


def _secrets(draft: Draft, reference: Mapping[str, Any]) -> None:
    for variable in SECRETS.variables:
        if variable.name in reference["keys"]:
            draft.secret(variable.name, {"name": reference["name"], "key": variable.name})


def _subjects(draft: Draft, settled: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> None:
    for group in SUBJECTS:
        settings = settled.get(group.variable)
        if settings is None:
            continue
        for variable in group.variables:
            value = settings.get(group.option_of(variable))
            if variable.kind is Kind.SECRET:
                draft.secret(variable.name, value)
            elif variable.kind is Kind.FILE:
                purpose = group.variable.removeprefix("app_").replace("_", "-")
                draft.authority(variable.name, purpose, value)
            else:
                draft.set(variable.name, value)
        for name, value in _derived(group.variable, settings, values):
            draft.set(name, value)
    _instrumentation(draft, settled.get("app_tracing"))


def _derived(group: str, settings: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The variables of a subject that take more than one option, or something beyond its options, to tell."""
    match group:
        case "app_smtp":
            yield from _mail.derived("SMTP_", settings)
            yield from _mail.sender(settings, values["app_local_domain"])
        case "app_bulk_smtp":
            yield from _mail.derived("BULK_SMTP_", settings)
        case "app_search":
            yield from _search.derived(settings)
        case "app_oidc":
            yield from _oidc.derived(settings, values["app_web_domain"])
        case "app_metrics":
            yield from _observability.metrics_derived(settings)
        case "app_site":
            yield "EXTRA_MEDIA_HOSTS", _media_hosts(settings, values["app_storage"])
        case "app_proxy":
            if settings.get("trusted_addresses"):
                yield "TRUSTED_PROXY_IP", list(dict.fromkeys([*ALWAYS_TRUSTED, *settings["trusted_addresses"]]))


def _media_hosts(site: Mapping[str, Any], storage: Mapping[str, Any]) -> list[str]:
    """Those of the user's, and every host that media were read from before: pages still embed what is there (T31)."""
    former = [f"https://{host}" for host in storage.get("former_media_hosts") or []]
    return list(dict.fromkeys([*(site["extra_media_hosts"] or []), *former]))


def _instrumentation(draft: Draft, settings: Mapping[str, Any] | None) -> None:
    for library in (settings or {}).get("disabled_instrumentations") or []:
        name = _observability.INSTRUMENTATION.format(library=library.upper())
        draft.free(name, WEB_AND_SIDEKIQ, value="false")


def _extras(draft: Draft, values: Mapping[str, Any]) -> None:
    problems = []
    for entry in extras(values):
        refused = refusal(entry["name"], secret=bool(entry["secret"]))
        if refused:
            problems.append(f"app_extra_environment: {entry['name']} {refused.problem}; {refused.cure}")
            continue
        processes = {Process(process) for process in entry["processes"]}
        draft.free(entry["name"], processes, value=entry["value"], secret=entry["secret"])
    if problems:
        raise ValueError("; ".join(problems))
