# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an instance is to become another version, and what is allowed on the way."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  strategy:
    description:
      - V(zero_downtime) runs the migrations that the new version needs, rolls it out, and runs the others then.
      - V(stop_first) stops web, streaming and Sidekiq, runs all migrations at once, and rolls the new version out.
        It is needed where a version cannot be rolled out over one as old as the present one without downtime.
    type: str
    choices: [zero_downtime, stop_first]
    default: zero_downtime
  allow_downgrade:
    description:
      - Allows a version of an older minor version than the one whose migrations the database has. Such a version does
        not run on it, unless a backup made with that version was restored.
      - Repeat both versions, as V(4.6.5 -> 4.5.15), so that the next change is not allowed too.
    type: str
    default: ""
  allow_skipped_minor:
    description:
      - Allows an upgrade that leaves a minor version out, of each of which at least one release must be deployed
        unless its release notes say otherwise.
      - Repeat both versions, as V(4.4.9 -> 4.6.5).
    type: str
    default: ""
  allow_without_backup:
    description:
      - Allows an upgrade without a completed CloudNativePG Backup that is recent enough, such as when the database is
        backed up by other means.
      - Repeat both versions, as V(4.5.15 -> 4.6.5).
    type: str
    default: ""
  backup_max_age:
    description: How old the newest completed Backup may be when the upgrade begins, in seconds.
    type: int
    default: 86400
"""
