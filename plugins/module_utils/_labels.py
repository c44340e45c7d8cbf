# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The labels of every object the collection makes."""

from __future__ import annotations

MANAGED_BY = "fediverse.mastodon"
PART_OF = "mastodon"
# Annotations and further labels of the collection's own begin with this.
PREFIX = "fediverse.mastodon/"


def labels(namespace: str, component: str) -> dict[str, str]:
    """The recommended labels of Kubernetes; an instance is known by its namespace."""
    return {
        "app.kubernetes.io/name": "mastodon",
        "app.kubernetes.io/instance": namespace,
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/part-of": PART_OF,
        "app.kubernetes.io/managed-by": MANAGED_BY,
    }
