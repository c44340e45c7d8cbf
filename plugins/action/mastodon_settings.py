# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.fediverse.mastodon.plugins.plugin_utils._progress_action import ProgressAction


class ActionModule(ProgressAction):
    """Prints one line per change of state while the module works."""
