# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes in the domains of an instance, found while they can still be corrected: later they cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ._domain_name import domain_fault
from ._mistake import Mistake

LOCAL, WEB, ALTERNATES = "mastodon_local_domain", "mastodon_web_domain", "mastodon_alternate_domains"


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    local, web = values.get(LOCAL), values.get(WEB)
    for variable, name in ((LOCAL, local), (WEB, web)):
        if isinstance(name, str):
            yield from _faults(variable, name)
    alternates = values.get(ALTERNATES)
    names = [name for name in alternates if isinstance(name, str)] if isinstance(alternates, list) else []
    for name in names:
        yield from _faults(ALTERNATES, name)
    yield from _repeated(names, {LOCAL: local, WEB: web})


def _faults(variable: str, name: str) -> Iterator[Mistake]:
    fault = domain_fault(name)
    if fault is not None:
        yield Mistake(variable, f"'{name}' {fault.problem}", fault.cure)


def _repeated(alternates: list[str], own: Mapping[str, Any]) -> Iterator[Mistake]:
    for variable, name in own.items():
        if name in alternates:
            yield Mistake(ALTERNATES, f"'{name}' is {variable} already", "list only further names, or none")
    for name, count in Counter(alternates).items():
        if count > 1:
            yield Mistake(ALTERNATES, f"'{name}' stands there {count} times", "list each name once")
