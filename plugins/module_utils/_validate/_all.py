# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All checks of all roles over one instance's variables, so that every mistake is known before anything is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._validate import (
    _app,
    _cache,
    _database,
    _domains,
    _edge,
    _owner,
    _secrets,
    _storage,
    _verify,
    _version,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._arguments import (
    Options,
    argument_mistakes,
    with_defaults,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._mistake import Mistake
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._names import name_mistakes

Rule = Callable[[Mapping[str, Any]], Iterator[Mistake]]

RULES: tuple[Rule, ...] = (
    _domains.mistakes,
    _owner.mistakes,
    _version.mistakes,
    _secrets.mistakes,
    _database.mistakes,
    _cache.mistakes,
    _storage.mistakes,
    _app.mistakes,
    _edge.mistakes,
    _verify.mistakes,
)

# What the roles publish for each other and register, not inputs: present in a second run with a fact cache.
PUBLISHED = frozenset(
    {
        "app_applied",
        "app_configured",
        "app_finished",
        "app_job_template",
        "app_migrated",
        "app_owner",
        "app_services",
        "cache_applied",
        "cache_connection",
        "cache_left",
        "database_applied",
        "database_connection",
        "database_left",
        "edge_applied",
        "edge_probe",
        "edge_redirected",
        "preflight_applied",
        "preflight_cluster",
        "secrets_kept",
        "secrets_reference",
        "storage_applied",
        "storage_connection",
        "verify_checked",
        "verify_pinned",
        "verify_scheduled",
    }
)


def find_mistakes(specifications: Iterable[Options], provided: Mapping[str, Any]) -> list[Mistake]:
    """Every mistake in the `provided` variables, given the options of all roles; each variable's first fault only."""
    options: dict[str, Mapping[str, Any]] = {}
    for specification in specifications:
        options.update(specification)
    by_type = list(argument_mistakes(options, provided))
    names = list(name_mistakes(provided, options.keys() | PUBLISHED))
    # A value of a wrong type would only mislead the rules that look deeper.
    broken = {mistake.variable for mistake in by_type}
    sound = {name: value for name, value in provided.items() if name not in broken}
    values = with_defaults(options, sound)
    for name in broken:
        values.pop(name, None)
    by_rule = [mistake for rule in RULES for mistake in rule(values)]
    return sorted({*by_type, *names, *by_rule})
