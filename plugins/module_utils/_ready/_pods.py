# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pods, and what the states of their containers say about whether waiting helps."""

from __future__ import annotations

from collections.abc import Iterator

from ._state import Failed, Object, Progressing, Ready, State, condition, holds, status, told

# A container that ended this often does not start because it is waited for.
RESTARTS = 3
# The kubelet retries these for ever. They do resolve when a Secret or an image appears a little later.
DOUBTFUL = frozenset(
    [
        "CreateContainerConfigError",
        "CreateContainerError",
        "ErrImageNeverPull",
        "ErrImagePull",
        "ImageInspectError",
        "ImagePullBackOff",
        "InvalidImageName",
        "RunContainerError",
    ]
)


def pod(item: Object) -> State:
    now = status(item)
    phase = now.get("phase")
    if phase == "Succeeded":
        return Ready()
    if phase == "Failed":
        ended = trouble(item)
        return Failed(told(now) or (ended.reason if ended else "it failed"))
    if holds(condition(item, "Ready")) and not item["metadata"].get("deletionTimestamp"):
        return Ready()
    return trouble(item) or Progressing(unscheduled(item) or "its containers are starting")


def trouble(item: Object, since: str = "") -> State | None:
    """The worst that the containers tell; None if they tell nothing. ``since``: see container_trouble."""
    states = [state for container in containers(item) if (state := container_trouble(container, since))]
    return min(states, key=lambda state: not isinstance(state, Failed), default=None)


def unscheduled(item: Object) -> str:
    found = condition(item, "PodScheduled")
    return f"it cannot be scheduled: {found.get('message') or told(found)}" if found.get("status") == "False" else ""


def containers(item: Object) -> Iterator[Object]:
    """The status of every container, in the order in which they start."""
    for field in ("initContainerStatuses", "containerStatuses"):
        yield from status(item).get(field) or ()


def container_trouble(container: Object, since: str = "") -> State | None:
    """Why a container does not run; None if it runs, ended well or simply has not started.

    A crash loop is hopeless once the container crashed after the time ``since`` (as the API writes times): what it
    missed before may be there by now.
    """
    waiting = (container.get("state") or {}).get("waiting") or {}
    reason = waiting.get("reason")
    if reason in DOUBTFUL:
        return Progressing(f"container {container['name']}: {told(waiting)}", doubtful=True)
    ended, looping = exit_of(container), reason == "CrashLoopBackOff"
    if container.get("ready") or not (ended.get("exitCode") or looping):
        return None
    restarts = container.get("restartCount", 0)
    text = f"container {container['name']} ended with {ending(ended)}, {restarts} restarts"
    hopeless = looping and restarts >= RESTARTS and str(ended.get("finishedAt", "")) >= since
    return Failed(text) if hopeless else Progressing(text)


def exit_of(container: Object) -> Object:
    """How the container's present or last run ended; empty if none did."""
    for field in ("state", "lastState"):
        if ended := (container.get(field) or {}).get("terminated"):
            return ended
    return {}


def ending(ended: Object) -> str:
    reason = ended.get("reason")
    text = f"exit code {ended.get('exitCode', '?')}"
    return f"{text} ({reason})" if reason and reason != "Error" else text
