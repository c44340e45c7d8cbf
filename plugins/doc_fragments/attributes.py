# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module of the collection promises about check mode, diff mode and idempotence."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and tell truthfully what it would change, without changing anything.
  diff_mode:
    description: Returns what changed, or would change, when run in diff mode. Values of Secrets are never shown.
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
  action_group:
    description: Use C(group/fediverse.mastodon.mastodon) in C(module_defaults) to set the connection options once.
    membership:
      - fediverse.mastodon.mastodon
"""
