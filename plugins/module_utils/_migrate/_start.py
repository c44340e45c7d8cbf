# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the one Pod of a Job began its work, and whether the Job is better made anew than waited for. Pure."""

from __future__ import annotations

from .._ready import _pods
from .._ready._scrub import scrub
from .._ready._state import Progressing
from ._end import Pod, ended


def obstacle(pod: Pod | None, *, differs: bool) -> str:
    """Why a Job is to be made anew: nothing of it ran, and it cannot or must not run as it is. Empty to wait for it.

    ``differs``: its Pod is not the one that is wanted by now.
    """
    if pod is not None:
        if has_begun(pod):
            return ""
        state = _pods.pod(pod)
        if _pods.unscheduled(pod) or (isinstance(state, Progressing) and state.doubtful):
            return f"it cannot start: {scrub(state.reason)}"
    return "it has not started, and the configuration has changed since it was made" if differs else ""


def has_begun(pod: Pod) -> bool:
    """Whether a container ran. Those before them only prepare its files, and never touch the database."""
    # Without a container that tells, the end of the Pod is what there is to go by, such as after an eviction.
    if ended(pod) is not None:
        return True
    main = (pod.get("status") or {}).get("containerStatuses") or ()
    return any("running" in (one.get("state") or {}) or one.get("restartCount") or _pods.exit_of(one) for one in main)
