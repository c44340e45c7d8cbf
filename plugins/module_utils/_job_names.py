# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names for Jobs that follow from what they do: a Job cannot be changed, and what it did need not be done again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any


def named_by_content(manifests: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The manifests; the name of each Job ends with a hash of its spec, so that another spec is another Job."""
    return [_named(manifest) if manifest["kind"] == "Job" else dict(manifest) for manifest in manifests]


def _named(job: Mapping[str, Any]) -> dict[str, Any]:
    content = json.dumps(job["spec"], sort_keys=True).encode()
    name = f"{job['metadata']['name']}-{sha256(content).hexdigest()[:10]}"
    return {**job, "metadata": {**job["metadata"], "name": name}}
