# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter: what each process of an instance is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._build import build
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._kubernetes import rendered
from ansible_collections.fediverse.mastodon.plugins.module_utils._plain import plain

DOCUMENTATION = r"""
name: environment
short_description: What each process of an instance is given
version_added: 1.0.0
author: the fediverse.mastodon contributors (@fediverse-mastodon)
description:
  - From the variables of the role P(fediverse.mastodon.app#role), the environment of web, streaming, each group of
    Sidekiq workers and jobs, each with only what its process reads.
  - Values of Secrets never pass through; they are referred to.
  - Fails when a variable is of a wrong type, or is one that Mastodon refuses or ignores.
options:
  _input:
    description: The role's variables, by name.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what streaming is given
  ansible.builtin.debug:
    msg: "{{ (app_variables | fediverse.mastodon.environment).streaming['values'] }}"
"""

RETURN = r"""
_value:
  description:
    - V(web), V(streaming), V(job) and V(sidekiq-<group>), each with the plain C(values) and their C(digest), the
      C(env) that refers to Secrets, C(inline_env) with both, and the C(volumes) and C(volume_mounts) of authorities and
      media.
  type: dict
"""


def environment(variables: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The environments of all workloads in the words of Kubernetes."""
    return rendered(build(plain(variables)))


class FilterModule:
    """The environment builder as a filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"environment": environment}
