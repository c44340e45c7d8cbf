# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments while they are being built: one for each workload, each getting only what its process reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ._catalog import variable
from ._variable import ALL, Process, Variable

# Where mounted authorities lie, one directory each: a file mounted by itself would never follow its Secret.
CA_DIRECTORY = "/etc/mastodon/ca"
CA_FILE = "ca.crt"


@dataclass(frozen=True)
class Mount:
    """A volume and where it is mounted: one key of a Secret, or a claim."""

    volume: str
    path: str
    secret: Mapping[str, str] | None = None
    claim: str | None = None


@dataclass
class Environment:
    """What one workload's containers are given."""

    # Plain values, which may stand in a ConfigMap.
    values: dict[str, str] = field(default_factory=dict)
    # Keys of Secrets: {name, key}.
    secret_refs: dict[str, dict[str, str]] = field(default_factory=dict)
    # Values with $(NAME) of the above in them, which the kubelet puts together; no secret passes through us. And values
    # that must not change for Pods of before.
    composed: dict[str, str] = field(default_factory=dict)
    mounts: dict[str, Mount] = field(default_factory=dict)

    def drop(self, name: str) -> None:
        for kept in (self.values, self.secret_refs, self.composed):
            kept.pop(name, None)


@dataclass(frozen=True)
class View:
    """One workload that an environment is for."""

    name: str
    process: Process
    database_pool: int
    queues: frozenset[str] = frozenset()


class Draft:
    """Takes variables by name and hands each to the workloads that the catalog says read it."""

    def __init__(self, views: Collection[View]) -> None:
        self._environments = {view: Environment() for view in views}

    def environments(self) -> dict[str, Environment]:
        return {view.name: environment for view, environment in self._environments.items()}

    def views(self) -> list[View]:
        return list(self._environments)

    def set(self, name: str, value: Any, *, only: Collection[Process] = ALL) -> None:
        """Give a plain value; None gives nothing."""
        known = variable(name)
        text = None if value is None else known.text(value)
        if text is not None:
            for environment in self._readers(known, only):
                environment.values[name] = text

    def set_view(self, name: str, value: Any, view: View) -> None:
        """Give a plain value to one workload, which must read it."""
        text = variable(name).text(value)
        if text is not None:
            self._environments[view].values[name] = text

    def secret(self, name: str, reference: Mapping[str, Any] | None, *, only: Collection[Process] = ALL) -> None:
        """Give a key of a Secret; None gives nothing."""
        if reference:
            for environment in self._readers(variable(name), only):
                environment.secret_refs[name] = {"name": str(reference["name"]), "key": str(reference["key"])}

    def pin(self, name: str, value: str | None) -> None:
        """Give a plain value to new Pods alone; None gives nothing.

        It is in their template: those of before read a changed ConfigMap too, when one of their containers restarts.
        """
        if value is not None:
            for environment in self._readers(variable(name), ALL):
                environment.drop(name)
                environment.composed[name] = value

    def compose(self, name: str, text: str, *, only: Collection[Process] = ALL) -> None:
        """Give a value that holds $(NAME) of a secret."""
        for environment in self._readers(variable(name), only):
            environment.composed[name] = text

    def authority(
        self, name: str, purpose: str, reference: Mapping[str, Any] | None, *, only: Collection[Process] = ALL
    ) -> None:
        """Mount a certificate authority and give its path; None gives nothing."""
        if reference:
            for environment in self._readers(variable(name), only):
                environment.values[name] = _mount(environment, purpose, reference)

    def mount(self, purpose: str, reference: Mapping[str, Any], *, only: Collection[Process]) -> str:
        """Mount a certificate authority and return its path."""
        for view, environment in self._environments.items():
            if view.process in only:
                _mount(environment, purpose, reference)
        return _path(purpose)

    def claim(self, volume: str, path: str, claim: str, *, only: Collection[Process]) -> None:
        """Mount a volume claim."""
        for view, environment in self._environments.items():
            if view.process in only:
                environment.mounts[volume] = Mount(volume, path, claim=claim)

    def free(
        self,
        name: str,
        processes: Collection[Process],
        *,
        value: str | None = None,
        secret: Mapping[str, Any] | None = None,
    ) -> None:
        """Give a variable that the catalog need not know, in place of whatever was given before."""
        for view, environment in self._environments.items():
            if view.process in processes:
                environment.drop(name)
                if secret:
                    environment.secret_refs[name] = {"name": str(secret["name"]), "key": str(secret["key"])}
                elif value is not None:
                    environment.values[name] = value

    def _readers(self, known: Variable, only: Collection[Process]) -> list[Environment]:
        return [
            environment
            for view, environment in self._environments.items()
            if view.process in known.processes
            and view.process in only
            and (not known.queue or known.queue in view.queues)
        ]


def _path(purpose: str) -> str:
    return f"{CA_DIRECTORY}/{purpose}/{CA_FILE}"


def _mount(environment: Environment, purpose: str, reference: Mapping[str, Any]) -> str:
    volume = f"ca-{purpose}"
    secret = {"name": str(reference["name"]), "key": str(reference["key"])}
    environment.mounts[volume] = Mount(volume, f"{CA_DIRECTORY}/{purpose}", secret=secret)
    return _path(purpose)
