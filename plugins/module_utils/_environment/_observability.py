# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics for Prometheus and traces for OpenTelemetry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ._variable import WEB, WEB_AND_SIDEKIQ, Group, Kind, Process, Variable

_SIDEKIQ = frozenset({Process.SIDEKIQ})

METRICS = Group(
    variable="app_metrics",
    prefix="MASTODON_PROMETHEUS_EXPORTER_",
    help="Metrics of web and Sidekiq for Prometheus. Streaming always has them, on its own port.",
    source="mastodon.md 5.10; mastodon: config/initializers/prometheus_exporter.rb, config/initializers/sidekiq.rb",
    switch="enabled",
    # Alerts and dashboard are about queues.
    implied_by="app_monitoring",
    implied={"enabled": True, "sidekiq_detailed": True},
    variables=(
        Variable(
            "MASTODON_PROMETHEUS_EXPORTER_ENABLED",
            "Switch them on.",
            kind=Kind.FLAG,
            processes=WEB_AND_SIDEKIQ,
            preset=False,
        ),
        Variable(
            "MASTODON_PROMETHEUS_EXPORTER_PORT",
            "Port that they are served on.",
            kind=Kind.INTEGER,
            processes=_SIDEKIQ,
            preset=9394,
        ),
        Variable(
            "MASTODON_PROMETHEUS_EXPORTER_WEB_DETAILED_METRICS",
            "Add those of every controller and action.",
            kind=Kind.FLAG,
            processes=WEB,
            option="web_detailed",
            default="V(false)",
        ),
        Variable(
            "MASTODON_PROMETHEUS_EXPORTER_SIDEKIQ_DETAILED_METRICS",
            "Add those of every job, and size and latency of every queue, which autoscaling needs.",
            kind=Kind.FLAG,
            processes=_SIDEKIQ,
            option="sidekiq_detailed",
            default="V(false)",
        ),
        # Sidekiq serves them itself; Puma has several processes and hands them to a container beside it.
        Variable(
            "MASTODON_PROMETHEUS_EXPORTER_LOCAL", "Serve in-process.", kind=Kind.FLAG, processes=_SIDEKIQ, option=""
        ),
        Variable("MASTODON_PROMETHEUS_EXPORTER_HOST", "Where.", processes=_SIDEKIQ, option=""),
        Variable("PROMETHEUS_EXPORTER_HOST", "Whom to hand them to.", processes=WEB, option=""),
        Variable("PROMETHEUS_EXPORTER_PORT", "On which port.", kind=Kind.INTEGER, processes=WEB, option=""),
    ),
)

TRACING = Group(
    variable="app_tracing",
    prefix="OTEL_",
    help="Traces for OpenTelemetry.",
    source="mastodon.md 5.10; mastodon: config/initializers/opentelemetry.rb",
    # Mastodon traces as soon as any variable is named OTEL_…_ENDPOINT.
    switch="endpoint",
    options={
        "disabled_instrumentations": {
            "type": "list",
            "elements": "str",
            "description": "Libraries that are not traced, such as V(PG) and V(REDIS), which make the most spans.",
        },
    },
    variables=(
        Variable(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "Address of the collector, OTLP over HTTP, such as V(http://collector.monitoring.svc:4318).",
            processes=WEB_AND_SIDEKIQ,
            option="endpoint",
        ),
        Variable(
            "OTEL_SERVICE_NAME_PREFIX",
            "What services' names begin with.",
            processes=WEB_AND_SIDEKIQ,
            default="V(mastodon)",
        ),
        Variable(
            "OTEL_SERVICE_NAME_SEPARATOR",
            "What follows the prefix.",
            processes=WEB_AND_SIDEKIQ,
            default="V(/)",
        ),
    ),
)

INSTRUMENTATION = "OTEL_RUBY_INSTRUMENTATION_{library}_ENABLED"


def metrics_derived(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Who serves the metrics of which process."""
    yield "MASTODON_PROMETHEUS_EXPORTER_LOCAL", True
    yield "MASTODON_PROMETHEUS_EXPORTER_HOST", "0.0.0.0"
    yield "PROMETHEUS_EXPORTER_HOST", "127.0.0.1"
    yield "PROMETHEUS_EXPORTER_PORT", given["port"]
