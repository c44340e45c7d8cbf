# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account that is there, may log in and has its role, with its first password in a Secret and nowhere else.

A run may be killed between any two steps. The Secret is made before the account and says ``pending`` until it holds the
password, so that the next run knows which account it made and may give it a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from .._kube._errors import Failure
from .._kube._progress import Progress
from . import _commands, _email, _secret, _username
from ._decision import NOTHING, Decision, Seen, Wanted, decide
from ._report import Report
from ._secret import Kept, Place, State
from ._toolbox import Toolbox

# Rails alone takes half a minute on a small node.
COMMAND_TIMEOUT = 600.0


def check(wanted: Wanted) -> None:
    """Refuse a name or an address that cannot be, before anything is made (pains.md T19)."""
    if problem := _username.fault(wanted.username):
        raise Failure(f"username {wanted.username!r} {problem}: choose another name.")
    if problem := _email.fault(wanted.email):
        raise Failure(f"email {wanted.email!r} {problem}: write it like alice@example.org.")


class Account:
    """One account of the instance in one namespace."""

    def __init__(self, place: Place, wanted: Wanted, progress: Progress, *, reset: str | None = None) -> None:
        self._place = place
        self._wanted = wanted
        # A request for a new password, by a text of its own.
        self._reset = reset
        self._progress = progress
        self._report = Report("unchanged")
        self._live: dict[str, Any] | None = None

    def known(self, *, recheck: bool = False) -> bool:
        """Whether the Secret says that all is well; with ``recheck`` that is not enough."""
        kept = self._read()
        if kept is None or kept.state == "pending" or recheck:
            return False
        return self._is_verified(kept) and not self._is_requested(kept)

    def predict(self, *, recheck: bool = False) -> Report:
        """What ``ensure`` would do, as far as that can be told without the database."""
        kept = self._read()
        if kept is None:
            return Report("created", {self._place.name: "created"}, verified=False)
        if kept.state == "pending":
            return Report("created", {self._place.name: "changed"}, verified=False)
        if self._is_requested(kept):
            return Report("reset", {self._place.name: "changed"}, verified=False)
        if not self._is_verified(kept):
            return Report("promoted", {self._place.name: "changed"}, verified=False)
        return Report("unchanged", verified=not recheck)

    def ensure(self, toolbox: Callable[[], AbstractContextManager[Toolbox]], *, recheck: bool = False) -> Report:
        """Look, do what is missing, and look again (pains.md T22). What the Secret knows costs one read."""
        if self.known(recheck=recheck):
            return self._report
        with toolbox() as box:
            # Another run, which the toolbox waited for, may have done it.
            if self.known(recheck=recheck):
                return self._report
            self._bring_about(box)
        return self._report

    def _bring_about(self, box: Toolbox) -> None:
        kept = self._kept()
        seen = self._look(box)
        decision = self._decide(seen, ours=kept is not None and kept.is_ours(seen.user))
        if decision.kind == "create":
            self._create(box)
        elif kept and kept.state == "pending":
            self._finish(box, decision)
        elif self._is_requested(kept):
            self._renew(box, decision, kept)
        elif decision.kind == "modify":
            self._promote(box, decision)
        if self._report.outcome != "unchanged" and self._decide(self._look(box), ours=True) != NOTHING:
            raise Failure(f"@{self._wanted.username} was changed, but is still not as it must be: run again.")
        self._record()

    def _look(self, box: Toolbox) -> Seen:
        self._progress.line(f"Looking @{self._wanted.username} up in the database")
        return _commands.seen(self._run(box, _commands.look(self._wanted)))

    def _decide(self, seen: Seen, *, ours: bool) -> Decision:
        decision = decide(self._wanted, seen, ours=ours)
        if decision.kind == "conflict":
            raise Failure(f"@{self._wanted.username} cannot be made what is wanted: {decision.reason}.")
        return decision

    def _create(self, box: Toolbox) -> None:
        if self._live is None:
            self._write("pending")
        self._progress.line(f"Making @{self._wanted.username}")
        self._store(self._run(box, _commands.create(self._wanted)))
        if self._wanted.disabled:
            self._run(box, _commands.modify(self._wanted, [_commands.DISABLE]))

    def _finish(self, box: Toolbox, decision: Decision) -> None:
        """The account that a killed run made, whose password nobody knows."""
        self._progress.line(f"Finishing @{self._wanted.username}, which an earlier run began")
        self._store(self._run(box, _commands.modify(self._wanted, [*decision.options, _commands.RESET_PASSWORD])))

    def _promote(self, box: Toolbox, decision: Decision) -> None:
        self._progress.line(f"Changing @{self._wanted.username}: {' '.join(decision.options)}")
        self._run(box, _commands.modify(self._wanted, decision.options))
        self._report.outcome = "promoted"

    def _renew(self, box: Toolbox, decision: Decision, kept: Kept | None) -> None:
        """A new password, which also ends all sessions. A run that is killed before it is kept is not done."""
        self._progress.line(f"Giving @{self._wanted.username} a new password")
        output = self._run(box, _commands.modify(self._wanted, [*decision.options, _commands.RESET_PASSWORD]))
        self._write(_settled(kept), password=_commands.password(output))
        self._report.outcome = "reset"

    def _store(self, output: str) -> None:
        self._write("created", password=_commands.password(output))
        self._report.outcome = "created"

    def _record(self) -> None:
        """Remember that all is well."""
        kept = self._kept()
        if kept is None:
            self._write("found", verified=True)
        elif not self._is_verified(kept):
            self._write(_settled(kept), verified=True)

    def _run(self, box: Toolbox, command: list[str]) -> str:
        """The command's output, which may hold the password."""
        done = box.run(command, timeout=COMMAND_TIMEOUT)
        if done.code:
            said = _commands.refusal(f"{done.stdout}\n{done.stderr}", self._wanted)
            raise Failure(
                f"`{' '.join(command[:3])}` for @{self._wanted.username} failed with exit code {done.code}:\n{said}"
            )
        return done.stdout

    def _read(self) -> Kept | None:
        self._live = self._place.read()
        return self._kept()

    def _kept(self) -> Kept | None:
        kept = _secret.kept(self._live)
        if kept and (kept.state is None or kept.username.lower() != self._wanted.username.lower()):
            whose = f"is about @{kept.username}" if kept.state else "was not made by this module"
            raise Failure(
                f"Secret {self._place.namespace}/{self._place.name} {whose}, and @{self._wanted.username} is wanted:"
                " give the right username, or another secret_name, or keep a copy of the Secret and delete it."
            )
        return kept

    def _is_verified(self, kept: Kept) -> bool:
        return kept.verified == _secret.fingerprint(self._wanted)

    def _is_requested(self, kept: Kept | None) -> bool:
        return bool(self._reset) and (kept is None or kept.reset != self._reset)

    def _write(self, state: State, *, password: str | None = None, verified: bool = False) -> None:
        existed = self._live is not None
        made = _secret.manifest(
            self._place.namespace, self._wanted, state, password=password, verified=verified, reset=self._reset
        )
        self._live = self._place.write(self._live, made)
        self._report.actions.setdefault(self._place.name, "changed" if existed else "created")


def _settled(kept: Kept | None) -> State:
    """What the Secret says once the account is as it must be: who made it does not change."""
    return "found" if kept is None or kept.state == "found" else "created"
