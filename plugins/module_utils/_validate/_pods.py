# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Further fields of pods, which no role's own may be among."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._workload._overlay import OWNED
from ._mistake import Mistake


def pod_spec_mistakes(values: Mapping[str, Any], variable: str) -> Iterator[Mistake]:
    given = values.get(variable)
    for field in OWNED:
        if isinstance(given, Mapping) and field in given:
            problem = f"{field} would take the place of the role's own, and no pod could run"
            yield Mistake(variable, problem, f"remove {field}")
