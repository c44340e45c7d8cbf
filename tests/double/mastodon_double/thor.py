"""Options as Thor, the library behind tootctl, reads them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

BOOLEAN, STRING, NUMERIC, ARRAY = "boolean", "string", "numeric", "array"


class ThorError(Exception):
    """Printed to standard error, exit code 1 (mastodon: bin/tootctl)."""


@dataclass(frozen=True)
class Command:
    """One subcommand: how many arguments it takes, and its options with their types."""

    usage: str
    minimum: int = 0
    maximum: int | None = 0  # None: any number
    options: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()


def parse(command: Command, words: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """Arguments and options; what Thor does not know counts as an argument, and then there is one too many."""
    arguments: list[str] = []
    options: dict[str, Any] = {}
    queue = list(words)
    while queue:
        word = queue.pop(0)
        name, equals, value = word.partition("=")
        option = name.removeprefix("--").replace("-", "_") if word.startswith("--") else ""
        if command.options.get(option) == BOOLEAN:
            options[option] = value != "false" if equals else True
        elif option.startswith("no_") and command.options.get(option[3:]) == BOOLEAN:
            options[option[3:]] = False
        elif option in command.options:
            if equals:
                queue.insert(0, value)
            options[option] = _value(command.options[option], name, queue)
        else:
            arguments.append(word)
    _check(command, arguments, options)
    return arguments, options


def _value(kind: str, name: str, queue: list[str]) -> Any:
    if not queue or queue[0].startswith("--"):
        raise ThorError(f"No value provided for option '{name}'")
    value = queue.pop(0)
    if kind == ARRAY:
        values = [value]
        while queue and not queue[0].startswith("-"):
            values.append(queue.pop(0))
        return values
    if kind == NUMERIC:
        if not value.removeprefix("-").isdigit():
            raise ThorError(f"Expected numeric value for '{name}'; got {value!r}")
        return int(value)
    return value


def _check(command: Command, arguments: Sequence[str], options: Mapping[str, Any]) -> None:
    missing = [f"'--{name.replace('_', '-')}'" for name in command.required if name not in options]
    if missing:
        raise ThorError(f"No value provided for required options {', '.join(missing)}")
    too_many = command.maximum is not None and len(arguments) > command.maximum
    if too_many or len(arguments) < command.minimum:
        verb = f"was called with arguments {list(arguments)}" if arguments else "was called with no arguments"
        raise ThorError(f'ERROR: "tootctl {command.usage.split()[1]}" {verb}\nUsage: "tootctl {command.usage}"')
