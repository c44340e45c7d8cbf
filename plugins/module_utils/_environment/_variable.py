# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of one environment variable of Mastodon, and of the role variable whose options give several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean


class Process(StrEnum):
    """The kinds of process that read an environment (mastodon.md 3.1)."""

    WEB = "web"
    SIDEKIQ = "sidekiq"
    STREAMING = "streaming"
    JOB = "job"


WEB = frozenset({Process.WEB})
WEB_AND_SIDEKIQ = frozenset({Process.WEB, Process.SIDEKIQ})
RAILS = frozenset({Process.WEB, Process.SIDEKIQ, Process.JOB})
SERVERS = frozenset({Process.WEB, Process.STREAMING})
ALL = frozenset(Process)


class Kind(StrEnum):
    """How a value is given, and so how it is written into the environment."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    # "true" or "false"; absent unless given.
    FLAG = "flag"
    # Mastodon looks only whether the variable is there, so "false" would mean true.
    MARK = "mark"
    LIST = "list"
    # A key of a Secret: {name, key}. The value never passes through the collection.
    SECRET = "secret"
    # The same, mounted as a file whose path is the variable's value.
    FILE = "file"


# The type of Ansible's argument specification that takes such a value.
_TYPES: Mapping[Kind, str] = {
    Kind.TEXT: "str",
    Kind.INTEGER: "int",
    Kind.NUMBER: "float",
    Kind.FLAG: "bool",
    Kind.MARK: "bool",
    Kind.LIST: "list",
    Kind.SECRET: "dict",
    Kind.FILE: "dict",
}

REFERENCE_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "name": {"type": "str", "required": True, "description": "Name of the Secret, in the instance's namespace."},
    "key": {"type": "str", "required": True, "description": "Key in the Secret."},
}


@dataclass(frozen=True)
class Variable:
    """One environment variable: its type, what Mastodon does without it, and which processes read it."""

    name: str
    help: str
    kind: Kind = Kind.TEXT
    processes: frozenset[Process] = RAILS
    # The option that gives it; derived from the name if None. "" when something else of the group decides the value.
    option: str | None = None
    # What Mastodon assumes without it, for people.
    default: str = ""
    # What the collection gives it when the user says nothing.
    preset: Any = None
    choices: tuple[str, ...] = ()
    separator: str = ","
    required: bool = False
    # Only Sidekiq groups that serve this queue need it.
    queue: str = ""
    # What a person sets instead, where that is no option of the group.
    given: str = ""

    @property
    def secret(self) -> bool:
        return self.kind is Kind.SECRET

    def text(self, value: Any) -> str | None:
        """The value as it stands in the environment; None if the variable must be absent."""
        match self.kind:
            case Kind.FLAG:
                return "true" if boolean(value) else "false"
            case Kind.MARK:
                return "true" if boolean(value) else None
            case Kind.LIST:
                return self.separator.join(str(item) for item in value) or None
            case Kind.NUMBER:
                return f"{float(value):g}"
            case _:
                return str(value)

    def argument(self) -> dict[str, Any]:
        """The option in an Ansible argument specification."""
        default = f"; Mastodon's default is {self.default}" if self.default else ""
        description = [self.help, f"Sets C({self.name}){default}."]
        spec: dict[str, Any] = {"type": _TYPES[self.kind], "description": description}
        if self.kind is Kind.LIST:
            spec["elements"] = "str"
        if self.kind in (Kind.SECRET, Kind.FILE):
            spec["options"] = {name: dict(option) for name, option in REFERENCE_OPTIONS.items()}
        if self.choices:
            spec["choices"] = list(self.choices)
        if self.required:
            spec["required"] = True
        if self.preset is not None:
            spec["default"] = self.preset
        return spec


@dataclass(frozen=True)
class Group:
    """The variables of one subject, given together by one role variable, a dictionary of options."""

    # The role variable.
    variable: str
    help: str
    # Where the facts stand: a section of the reference, and files of Mastodon's source.
    source: str
    variables: tuple[Variable, ...]
    # What the variables' names begin with and the options' names do not.
    prefix: str = ""
    # Options that are no variable of their own but decide some: name and argument specification.
    options: Mapping[str, Mapping[str, Any]] | None = None
    # The option without which none of the group is given to anything.
    switch: str = ""
    # The role variable that sets some options when it is true, and which; what the user sets goes before.
    implied_by: str = ""
    implied: Mapping[str, Any] | None = None

    def option_of(self, variable: Variable) -> str:
        """The option's name; "" if the variable has none of its own."""
        if variable.option is not None:
            return variable.option
        return variable.name.removeprefix(self.prefix).lower()

    def given_by(self, variable: Variable) -> str:
        """What a person sets to give the variable a value."""
        option = self.option_of(variable)
        return variable.given or (f"{self.variable}.{option}" if option else self.variable)

    def arguments(self) -> dict[str, dict[str, Any]]:
        """The options of the role variable as an Ansible argument specification, the switch first."""
        own = {self.option_of(variable): variable.argument() for variable in self.variables if self.option_of(variable)}
        others = {name: dict(option) for name, option in (self.options or {}).items()}
        arguments = {**own, **others}
        first = [self.switch] if self.switch in arguments else []
        return {name: arguments[name] for name in [*first, *(name for name in arguments if name not in first)]}
