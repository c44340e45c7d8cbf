# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Pod that several commands of Mastodon are run in, one after the other. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from .._kube._errors import Failure
from .._labels import labels
from ._secret import COMPONENT

NAME = "mastodon-account"
# After this many seconds a Pod that a killed run left ends by itself.
DEADLINE = 1800
# Domains that are not looked up in DNS. It also closes sign-ups from others, so only this Pod has it (mastodon.md 7).
ALLOWLIST = "EMAIL_DOMAIN_ALLOWLIST"


def toolbox_pod(
    template: Mapping[str, Any],
    namespace: str,
    allowlist: Sequence[str] = (),
    *,
    name: str = NAME,
    component: str = COMPONENT,
) -> dict[str, Any]:
    """A Pod like the template's, which only waits for commands. Two that need the same name wait for each other."""
    try:
        pod = copy.deepcopy(dict(template["spec"]["template"]))
        container = pod["spec"]["containers"][0]
    except (KeyError, IndexError, TypeError):
        raise Failure(
            "job_template is not a Job with a container: give the fact app_job_template of the role app."
        ) from None
    container["command"] = ["sleep", str(DEADLINE)]
    container.pop("args", None)
    if allowlist:
        others = [variable for variable in container.get("env") or () if variable["name"] != ALLOWLIST]
        container["env"] = [*others, {"name": ALLOWLIST, "value": "|".join(allowlist)}]
    metadata = pod.get("metadata") or {}
    # The process that waits does not listen to signals, so there is no grace to give.
    ends = {"restartPolicy": "Never", "activeDeadlineSeconds": DEADLINE, "terminationGracePeriodSeconds": 1}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {**(metadata.get("labels") or {}), **labels(namespace, component)},
            "annotations": metadata.get("annotations") or {},
        },
        "spec": {**pod["spec"], **ends},
    }
