# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module of the collection does around its one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.kubernetes.core.plugins.module_utils.args_common import AUTH_ARG_SPEC

from ._client import Cluster, reference
from ._configuration import configuration
from ._errors import Failure
from ._transport import Transport

__all__ = ["AUTH_ARGS", "Failure", "ManifestsModule", "connect", "run"]

# kubernetes.core's authentication options, for argument specs.
AUTH_ARGS: dict[str, Any] = AUTH_ARG_SPEC

SENSITIVE = (
    "token",
    "password",
    "client-key-data",
    "client-certificate-data",
    "access-token",
    "id-token",
    "refresh-token",
)


class ManifestsModule(AnsibleModule):
    """A module whose entry in the system's log names the objects it was given instead of quoting them."""

    params: dict[str, Any]

    def _log_invocation(self) -> None:
        given, self.params = self.params, loggable(self.params)
        try:
            super()._log_invocation()
        finally:
            self.params = given


def connect(params: dict[str, Any]) -> Cluster:
    """The cluster that a module's options and the K8S_AUTH_* environment point at; nothing is sent yet."""
    return Cluster(Transport(*configuration({name: params.get(name) for name in AUTH_ARGS})))


def run(module: AnsibleModule, function: Callable[[], dict[str, Any]]) -> None:
    """Exit the module with the function's result, or with its failure as the message.

    ``warnings`` in the result become warnings of the task.
    """
    module.no_log_values.update(_credentials(module.params.get("kubeconfig")))
    invocation = {"module_args": loggable(module.params)}
    try:
        result = function()
    except Failure as failure:
        module.fail_json(msg=str(failure), **failure.result, invocation=invocation)
    else:
        for warning in result.pop("warnings", ()):
            module.warn(warning)
        if not module._diff:
            result.pop("diff", None)
        module.exit_json(**result, invocation=invocation)


def loggable(params: Mapping[str, Any]) -> dict[str, Any]:
    """The options with manifests reduced to what they are called: Secrets are among them, and no log needs the rest."""
    manifests = params.get("manifests")
    if not isinstance(manifests, list):
        return dict(params)
    return {**params, "manifests": [reference(one) if isinstance(one, Mapping) else "?" for one in manifests]}


def _credentials(value: Any, key: str = "") -> Iterator[str]:
    """The secret strings in a kubeconfig given as a dictionary, which Ansible would otherwise log with the options."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _credentials(child, name)
    elif isinstance(value, list):
        for child in value:
            yield from _credentials(child)
    elif isinstance(value, str) and key in SENSITIVE:
        yield value
