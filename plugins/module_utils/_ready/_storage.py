# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PersistentVolumeClaim and ObjectBucketClaim."""

from __future__ import annotations

from ._state import Failed, Object, Progressing, Ready, State, status

# Set when a volume is being made or a node was chosen for it; before that a claim of a class with
# volumeBindingMode WaitForFirstConsumer waits for its first pod, and nobody should wait for the claim.
UNDER_WAY = ("volume.kubernetes.io/selected-node", "volume.kubernetes.io/storage-provisioner")


def persistent_volume_claim(item: Object) -> State:
    phase = status(item).get("phase")
    if phase == "Bound":
        return Ready()
    if phase == "Lost":
        return Failed("its volume is gone")
    annotations = item["metadata"].get("annotations") or {}
    if any(name in annotations for name in UNDER_WAY):
        return Progressing("its volume is being made")
    return Ready("its volume is made when the first pod uses it")


def object_bucket_claim(item: Object) -> State:
    """The phase Failed is never set by Rook: errors are in events and in the operator's log."""
    phase = status(item).get("phase")
    return Ready() if phase == "Bound" else Progressing(f"phase {phase or 'not set'}")
