# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the application's variables that types cannot tell, one subject after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import (
    _app_assets,
    _app_connections,
    _app_extra,
    _app_facts,
    _app_images,
    _app_mail,
    _app_maintenance,
    _app_migration,
    _app_monitoring,
    _app_network,
    _app_search,
    _app_sizes,
    _app_sso,
    _app_version,
)
from ._mistake import Mistake

_SUBJECTS = (
    _app_facts,
    _app_version,
    _app_images,
    _app_sizes,
    _app_connections,
    _app_network,
    _app_assets,
    _app_mail,
    _app_monitoring,
    _app_search,
    _app_sso,
    _app_maintenance,
    _app_migration,
    _app_extra,
)


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every mistake in the `app_*` variables; a value that is missing or of a wrong type is passed over."""
    for subject in _SUBJECTS:
        yield from subject.mistakes(values)
