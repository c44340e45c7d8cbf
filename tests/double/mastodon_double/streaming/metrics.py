"""GET /metrics: names without a prefix (mastodon.md 5.10, 11.4). Always on, unauthenticated."""

from __future__ import annotations

from collections import Counter

from .channels import NAMES

_KINDS = ("websocket", "eventsource")


class Metrics:
    """Counts of one process; rendered in Prometheus' text format."""

    def __init__(self) -> None:
        self.clients: Counter[str] = Counter(dict.fromkeys(_KINDS, 0))
        self.channels: Counter[tuple[str, str]] = Counter({(kind, name): 0 for kind in _KINDS for name in NAMES})
        self.sent: Counter[str] = Counter(dict.fromkeys(_KINDS, 0))
        self.received = 0
        self.subscriptions = 0

    def render(self, pool_statistics: dict[str, int]) -> str:
        lines = [
            *_metric("connected_clients", "gauge", {f'type="{kind}"': count for kind, count in self.clients.items()}),
            *_metric(
                "connected_channels",
                "gauge",
                {f'type="{kind}",channel="{name}"': count for (kind, name), count in self.channels.items()},
            ),
            *_metric("messages_sent_total", "counter", {f'type="{kind}"': count for kind, count in self.sent.items()}),
            *_metric("redis_messages_received_total", "counter", {"": self.received}),
            *_metric("redis_subscriptions", "gauge", {"": self.subscriptions}),
            *_metric("pg_pool_total_connections", "gauge", {"": pool_statistics.get("total", 0)}),
            *_metric("pg_pool_idle_connections", "gauge", {"": pool_statistics.get("idle", 0)}),
            *_metric("pg_pool_waiting_queries", "gauge", {"": pool_statistics.get("waiting", 0)}),
        ]
        return "\n".join(lines) + "\n"


def _metric(name: str, kind: str, samples: dict[str, int]) -> list[str]:
    values = [f"{name}{{{labels}}} {value}" if labels else f"{name} {value}" for labels, value in samples.items()]
    return [f"# HELP {name} mastodon-double", f"# TYPE {name} {kind}", *values]
