# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts of memory and CPU as Kubernetes writes them."""

from __future__ import annotations

import re

MEBIBYTE = 1024**2
_UNITS = {
    "": 1,
    "k": 1000,
    "M": 1000**2,
    "G": 1000**3,
    "T": 1000**4,
    "Ki": 1024,
    "Mi": MEBIBYTE,
    "Gi": 1024**3,
    "Ti": 1024**4,
}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)([kMGT]|[KMGT]i)?")
_CORES = re.compile(r"(\d+)m|(\d+(?:\.\d+)?)")


def mebibytes(quantity: str | int) -> int:
    """The whole mebibytes in a quantity such as 512Mi, 1.5Gi or 500M; ValueError if it is none."""
    match = _QUANTITY.fullmatch(str(quantity).strip())
    if match is None:
        raise ValueError(f"{quantity!r} is not an amount of memory; write it like 512Mi or 2Gi")
    number, unit = match.groups()
    return int(float(number) * _UNITS[unit or ""]) // MEBIBYTE


def memory_share(quantity: str | int, percent: int) -> int:
    """That many percent of an amount of memory, in whole mebibytes."""
    return mebibytes(quantity) * percent // 100


def millicores(quantity: str | float) -> int:
    """The thousandths of a core in a quantity such as 250m, 1.5 or 2; ValueError if it is none."""
    match = _CORES.fullmatch(str(quantity).strip())
    if match is None:
        raise ValueError(f"{quantity!r} is not an amount of CPU; write it like 250m or 2")
    thousandths, cores = match.groups()
    return int(thousandths) if thousandths else round(float(cores) * 1000)
