# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which modules reach an instance, and the failure when they cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._kube._errors import Failure
from ._check import Reach

REACH_ARGS: dict[str, Any] = {
    "resolve": {"type": "list", "elements": "str", "default": []},
    "ca_path": {"type": "path"},
    "ca_certificates": {"type": "str"},
    "request_timeout": {"type": "int", "default": 10},
}


def reach(params: Mapping[str, Any]) -> Reach:
    found = Reach(
        tuple(params["resolve"]), params["ca_path"], params["ca_certificates"], float(params["request_timeout"])
    )
    try:
        found.prober()
    except ValueError as error:
        raise Failure(f"resolve, ca_path, ca_certificates or request_timeout cannot be used: {error}.") from error
    return found
