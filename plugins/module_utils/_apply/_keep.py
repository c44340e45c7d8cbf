# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fields of which the cluster knows more than the manifest: the manifest as it is to be sent over the live object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._kube._errors import Failure


@dataclass(frozen=True)
class Keep:
    """A field that is sent when the object is made and stays what it is afterwards; with ``grow``, words are added."""

    object: str
    field: str
    grow: bool = False

    @property
    def path(self) -> list[str]:
        return self.field.split(".")


def called(manifest: Mapping[str, Any]) -> str:
    """``Kind/name``: how options name an object of the set."""
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def known(option: str, names: Iterable[str], manifests: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The names, if all are among the manifests."""
    given = frozenset(names)
    if unknown := given - {called(manifest) for manifest in manifests}:
        listed = ", ".join(sorted(unknown))
        raise Failure(f"{option} names {listed}, which is not in manifests: write Kind/name as given there.")
    return given


def kept(manifest: dict[str, Any], live: Mapping[str, Any] | None, keeps: Sequence[Keep]) -> dict[str, Any]:
    """The manifest with what is to be kept of the live object."""
    for keep in keeps:
        if keep.object == called(manifest) and (there := _at(live, keep.path)) is not None:
            value = _grown(there, _at(manifest, keep.path)) if keep.grow else there
            manifest = _with(manifest, keep.path, value)
    return manifest


def _at(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _with(mapping: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    name, *rest = path
    below = mapping.get(name)
    return {**mapping, name: _with(below if isinstance(below, Mapping) else {}, rest, value) if rest else value}


def _grown(there: Any, more: Any) -> str:
    """The words of both, each once, those that are there first."""
    return " ".join(dict.fromkeys([*str(there).split(), *str(more or "").split()]))
