# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command line of Mastodon, and what is known of it. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .._kube._errors import Failure
from ._rails_rules import COMMANDS, TASKS
from ._rule import UNKNOWN, Kind, Rule
from ._tootctl_rules import RULES

# As the image has them, seen from its working directory (mastodon.md 3.1).
PROGRAMS = {name: f"bin/{short}" for short in ("tootctl", "rails") for name in (short, f"bin/{short}")}
_ANSWERED = "-"
_DRY = "--dry-run"
# Of rake's options those that change what it says of its work; others run Ruby, such as -e, or load files, such as -r.
_RAKE_OPTIONS = frozenset(("--trace", "--quiet", "-q", "--silent", "-s"))
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*=.*", re.DOTALL)


@dataclass(frozen=True)
class Command:
    # As it was written, which is what a confirmation repeats.
    text: str
    # What the container runs.
    argv: tuple[str, ...]
    # The strictest of what is known of its parts.
    rule: Rule

    @property
    def in_container(self) -> list[str]:
        """As a container's command, in which Kubernetes takes $(NAME) for a variable and $$ for $."""
        return [word.replace("$", "$$") for word in self.argv]

    @property
    def changes(self) -> bool:
        return self.rule.kind is not Kind.READS


def parsed(text: str) -> Command:
    """The command that a text stands for; Failure if it is none."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise Failure(f"command {text!r} cannot be divided into words: {error}.") from None
    if not words:
        raise Failure("no command is given: write one like `tootctl media usage`.")
    if words[0] not in PROGRAMS:
        raise Failure(f"command {text!r} begins with neither tootctl nor rails: write it like `tootctl media usage`.")
    program, rest = PROGRAMS[words[0]], words[1:]
    if not rest:
        raise Failure(
            f"command {text!r} says nothing of what to do: write it like `tootctl media usage`. Ansible divides -e at"
            " blanks, so that it has to be quoted twice there: -e 'tootctl_command=\"tootctl media usage\"'."
        )
    rule = _of_tootctl(rest) if program.endswith("tootctl") else _of_rails(rest)
    return Command(text, (program, *rest), rule)


def _of_tootctl(words: Sequence[str]) -> Rule:
    if words[0] in ("--version", "-v") or "help" in words[:2]:
        return Rule(Kind.READS)
    names = [word.replace("-", "_") for word in words]
    for length in (3, 2, 1):
        if rule := RULES.get(" ".join(names[:length])):
            return _with_options(rule, words[length:])
    return UNKNOWN


def _with_options(rule: Rule, words: Sequence[str]) -> Rule:
    """What remains of a rule for a command with these options."""
    options = set(_options(words))
    if rule.only_with and options.isdisjoint(rule.only_with):
        rule = replace(rule, kind=Kind.WORKS)
    return Rule(Kind.READS) if rule.dry_run and _only_tries(words) else rule


def _only_tries(words: Sequence[str]) -> bool:
    """Whether --dry-run is there, once and in no form that might be taken back or be taken for an argument."""
    after = words[words.index(_DRY) + 1 :] if _DRY in words else ()
    denied = after[:1] and after[0].lower() in ("false", "f")
    return sum("dry" in name for name in _options(words)) == 1 and _DRY in words and "--" not in words and not denied


def _options(words: Sequence[str]) -> Iterator[str]:
    """The names of options: long ones are written with hyphens or underscores, letters may stand together."""
    for word in words:
        if word.startswith("--"):
            yield word[2:].partition("=")[0].replace("-", "_")
        elif word.startswith("-"):
            yield from word[1:].partition("=")[0]


def _of_rails(words: Sequence[str]) -> Rule:
    if rule := COMMANDS.get(words[0]):
        if words[0] in ("runner", "r") and _ANSWERED in words[1:]:
            return Rule(Kind.ATTENDED, "reads the code to run from what you type")
        return rule
    # NAME=value is an environment variable, and task[argument] an argument. An unknown option is no task that is known.
    tasks = [word.partition("[")[0] for word in words if not _VARIABLE.fullmatch(word) and word not in _RAKE_OPTIONS]
    order = list(Kind)
    return max((TASKS.get(task, UNKNOWN) for task in tasks), key=lambda rule: order.index(rule.kind), default=UNKNOWN)
