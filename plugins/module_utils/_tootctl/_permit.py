# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a command may be run, and what to do when it may not."""

from __future__ import annotations

import shlex

from .._kube._errors import Failure
from ._command import Command
from ._rule import Kind

WEB = "deployment/mastodon-web"
# The playbook's variable first: nobody who runs it has seen the module's option.
_CONFIRM = "tootctl_confirm (of the module: confirm)"


def permit(command: Command, namespace: str, confirm: str | None) -> None:
    """Return if the command may be run; Failure with the cure if not."""
    rule = command.rule
    if rule.kind is Kind.ATTENDED:
        raise Failure(
            f"`{command.text}` {rule.why}. A Job cannot do that: run it where you can, with"
            f" `kubectl -n {namespace} exec -it {WEB} -- {shlex.join(command.argv)}`."
        )
    if rule.kind is Kind.TELLS:
        raise Failure(f"`{command.text}` {rule.why}, which would stay in the Pod's log: {rule.cure}.")
    if rule.kind is Kind.DESTROYS and confirm != command.text:
        raise Failure(f"`{command.text}` {rule.why}. Nothing was run. {_ask(command, confirm)}")


def _ask(command: Command, confirm: str | None) -> str:
    wanted = f"If that is what you want, repeat the command in {_CONFIRM}, exactly: {command.text}"
    return wanted if not confirm else f"{_CONFIRM} says something else: {confirm!r}. {wanted}"
