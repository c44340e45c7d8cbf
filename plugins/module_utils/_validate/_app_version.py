# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the version that the tag of the images follows from (T40)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ._app_values import dictionary
from ._mistake import Mistake
from ._version import fault_in_tag, fault_of_release, given


def mistakes(values: Mapping[str, Any]) -> Iterator[Mistake]:
    image = dictionary(values, "app_image")
    if image.get("tag"):
        return
    # A repository of one's own may have tags of v and any text; the official one has releases.
    fault = fault_in_tag if image.get("repository") else fault_of_release
    for variable, version in given(values, "app_version", "mastodon_version"):
        yield from fault(variable, version)
