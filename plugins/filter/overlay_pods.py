# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: further fields of every pod."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain
from ansible_collections.fediverse.mastodon.plugins.module_utils._workload._overlay import overlay_pods as overlaid

DOCUMENTATION = r"""
name: overlay_pods
short_description: Further fields of every pod
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - Returns the manifests with fields, annotations and labels merged into every pod template among them.
positional: pod_spec, annotations, labels
options:
  _input:
    description: The manifests.
    type: list
    elements: dict
    required: true
  pod_spec:
    description: Fields of a pod's spec.
    type: dict
    required: true
  annotations:
    description: Annotations.
    type: dict
    required: true
  labels:
    description: Labels.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the manifests for nodes that are set apart
  ansible.builtin.debug:
    msg: "{{ manifests | fediverse.mastodon.overlay_pods({'nodeSelector': {'for': 'mastodon'}}, {}, {}) }}"
"""

RETURN = r"""
_value:
  description: The manifests.
  type: list
  elements: dict
"""


def overlay_pods(
    manifests: Iterable[Mapping[str, Any]],
    pod_spec: Mapping[str, Any],
    annotations: Mapping[str, str],
    labels: Mapping[str, str],
) -> list[dict[str, Any]]:
    """The manifests with what is said of every pod."""
    return overlaid(plain(list(manifests)), plain(pod_spec), plain(annotations), plain(labels))


class FilterModule:
    """The overlay as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"overlay_pods": overlay_pods}
