"""Sidekiq's command line and queues (mastodon.md 3.6; mastodon: config/sidekiq.yml; sidekiq: cli.rb). Pure."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CONFIGURED = (("default", 8), ("push", 6), ("ingress", 4), ("mailers", 2), ("pull", 0), ("scheduler", 0), ("fasp", 0))
DEFAULT_TIMEOUT = 25  # seconds that TERM waits
_VALUED = {
    "-c": "concurrency",
    "--concurrency": "concurrency",
    "-t": "timeout",
    "--timeout": "timeout",
    "-q": "queue",
    "--queue": "queue",
}
_IGNORED = {"-e", "--environment", "-r", "--require", "-C", "--config", "-g", "--tag"}
_FLAGS = {"-v", "--verbose"}


class OptionError(Exception):
    """Ends the process."""


@dataclass(frozen=True)
class Options:
    """`queues` holds a name once for each unit of its weight; strict: always in that order."""

    concurrency: int
    timeout: int
    queues: tuple[str, ...]
    strict: bool

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(self.queues))

    def fetch_order(self) -> list[str]:
        """The keys of one BRPOP: shuffled by weight unless strict, each name once."""
        order = list(self.queues)
        if not self.strict:
            random.shuffle(order)
        return [f"queue:{name}" for name in dict.fromkeys(order)]


def parse(words: Sequence[str], env: Mapping[str, str]) -> Options:
    """`-c N` overrides SIDEKIQ_CONCURRENCY; `-q name[,weight]` replaces the configured queues."""
    concurrency, timeout = int(env.get("SIDEKIQ_CONCURRENCY") or 5), DEFAULT_TIMEOUT
    queues: list[tuple[str, int]] = []
    rest = list(words)
    while rest:
        word, equals, value = rest.pop(0).partition("=")
        if word in _FLAGS:
            continue
        if word not in _VALUED and word not in _IGNORED:
            raise OptionError(f"invalid option: {word}")
        if not equals:
            if not rest:
                raise OptionError(f"missing argument: {word}")
            value = rest.pop(0)
        if _VALUED.get(word) == "queue":
            name, _, weight = value.partition(",")
            queues.append((name, int(weight or 0)))
        elif _VALUED.get(word) == "concurrency":
            concurrency = int(value)
        elif _VALUED.get(word) == "timeout":
            timeout = int(value)
    if concurrency < 1:
        raise OptionError(f"concurrency: {concurrency} is not a valid value")
    return _options(concurrency, timeout, queues or list(CONFIGURED))


def _options(concurrency: int, timeout: int, queues: Sequence[tuple[str, int]]) -> Options:
    names = [name for name, _ in queues]
    for name in names:
        if names.count(name) > 1:
            raise OptionError(f"queues: {name} cannot be defined twice")
    weighted = tuple(name for name, weight in queues for _ in range(max(weight, 1)))
    return Options(concurrency, timeout, weighted, strict=all(weight == 0 for _, weight in queues))
