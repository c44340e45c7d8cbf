# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an instance asks the cluster for, all its pods together (T55)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._backing._quantity import mebibytes
from ._sizes import workloads


def footprint(settled: Mapping[str, Any]) -> dict[str, Any]:
    """The sum of all requests, as millicores and mebibytes, with a line for people."""
    found = list(workloads(settled))
    cpu = sum(size["replicas"] * _millicores(size) for _name, size in found)
    memory = sum(size["replicas"] * _mebibytes(size) for _name, size in found)
    pods = sum(size["replicas"] for _name, size in found)
    return {
        "pods": pods,
        "millicores": cpu,
        "mebibytes": memory,
        "message": f"{pods} pods ask for {cpu}m of CPU and {memory}Mi of memory",
    }


def _millicores(size: Mapping[str, Any]) -> int:
    amount = str((size.get("requests") or {}).get("cpu", 0))
    return int(amount[:-1]) if amount.endswith("m") else round(float(amount) * 1000)


def _mebibytes(size: Mapping[str, Any]) -> int:
    return mebibytes((size.get("requests") or {}).get("memory", 0))
