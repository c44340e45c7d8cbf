# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments in the words of Kubernetes: ConfigMap data, container variables, volumes and their mounts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ._draft import Environment, Mount


def rendered(environments: Mapping[str, Environment]) -> dict[str, dict[str, Any]]:
    """What templates put into ConfigMaps, pods and Jobs, by workload. Sorted, so that equal input gives equal bytes."""
    return {name: _rendered(environment) for name, environment in environments.items()}


def _rendered(environment: Environment) -> dict[str, Any]:
    values = dict(sorted(environment.values.items()))
    referenced = _references(environment)
    mounts = [environment.mounts[volume] for volume in sorted(environment.mounts)]
    return {
        "values": values,
        # Read once, when a container starts: a change must make a new pod template (T41).
        "digest": hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16],
        # Beside a ConfigMap with the values.
        "env": referenced,
        # All of it, for a Job that must not depend on a ConfigMap that a later run changes.
        "inline_env": [{"name": name, "value": _literal(value)} for name, value in values.items()] + referenced,
        "volumes": [_volume(mount) for mount in mounts],
        "volume_mounts": [_volume_mount(mount) for mount in mounts],
    }


def _references(environment: Environment) -> list[dict[str, Any]]:
    """Secrets first: the kubelet replaces $(NAME) only by variables that come before."""
    secrets = [
        {"name": name, "valueFrom": {"secretKeyRef": reference}}
        for name, reference in sorted(environment.secret_refs.items())
    ]
    return secrets + [{"name": name, "value": value} for name, value in sorted(environment.composed.items())]


def _literal(value: str) -> str:
    """A value that reaches the process as it is: in a container's own variables $(NAME) is replaced and $$ is $."""
    return value.replace("$", "$$")


def _volume(mount: Mount) -> dict[str, Any]:
    if mount.claim:
        return {"name": mount.volume, "persistentVolumeClaim": {"claimName": mount.claim}}
    secret = mount.secret or {}
    # One key alone: beside a CloudNativePG authority lies its private key.
    return {
        "name": mount.volume,
        "secret": {"secretName": secret["name"], "items": [{"key": secret["key"], "path": "ca.crt"}]},
    }


def _volume_mount(mount: Mount) -> dict[str, Any]:
    place = {"name": mount.volume, "mountPath": mount.path}
    return place if mount.claim else {**place, "readOnly": True}
