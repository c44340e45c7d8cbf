# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports what reads a kubeconfig and opens connections, without the rest of the kubernetes package.

That rest (the typed API, OAuth and more) takes most of the time of a module that has nothing to do, and a converge
starts some fifteen module processes. While the few files that are used are imported, stand-ins answer for the packages
around them. A stand-in of which something is really used (a kubeconfig may ask for an OIDC refresh) imports the genuine
package, and afterwards every ``import kubernetes`` gets the genuine one anyway. If a version of the package does not
put up with this, everything is imported the ordinary way.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

CORE = "ansible_collections.kubernetes.core.plugins.module_utils.k8s.client"
PACKAGES = ("kubernetes", "kubernetes.client", "kubernetes.utils")
# The dynamic client; kubernetes.core's file gets along without it.
DYNAMIC = "kubernetes.dynamic"
# Only used to renew the token of an OIDC auth-provider.
SIGN_IN = ("oauthlib", "oauthlib.oauth2", "requests_oauthlib")


@dataclass(frozen=True)
class Parts:
    """What is used of kubernetes.core and of the kubernetes package."""

    core: Any
    config: Any
    rest: Any


@cache
def parts() -> Parts:
    if not any(name in sys.modules for name in (CORE, *PACKAGES, *SIGN_IN)):
        try:
            with _stand_ins():
                return _parts()
        except (ImportError, AttributeError):
            for name in [name for name in sys.modules if name.partition(".")[0] == "kubernetes"]:
                del sys.modules[name]
    return _parts()


def _parts() -> Parts:
    # Not `from kubernetes import config`: that looks for an attribute first, and the stand-in would import everything.
    config, rest = import_module("kubernetes.config"), import_module("kubernetes.client.rest")
    # Last, because it expects to find the other two in the package; as a statement, so that Ansible ships it.
    from ansible_collections.kubernetes.core.plugins.module_utils.k8s import client as core

    return Parts(core, config, rest)


class _StandIn(ModuleType):
    """Answers for a package until something of it is really used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_genuine(self.__name__), name)


@contextmanager
def _stand_ins() -> Iterator[None]:
    spec = find_spec("kubernetes")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("No module named 'kubernetes'")
    root = spec.submodule_search_locations[0]
    try:
        for name in PACKAGES:
            _put(name).__path__ = ["/".join([root, *name.split(".")[1:]])]
        for name in SIGN_IN:
            _put(name)
        sys.modules[DYNAMIC] = None  # type: ignore[assignment]  # so Python marks a module that cannot be imported
        _give("requests_oauthlib", "OAuth2Session", _later("requests_oauthlib", "OAuth2Session"))
        _give("kubernetes.client", "ApiClient", _later("kubernetes.client", "ApiClient"))
        _give("kubernetes.client", "Configuration", import_module("kubernetes.client.configuration").Configuration)
        yield
    finally:
        _remove()
        # Made in the company of stand-ins, so nobody else is to have it.
        for name in (DYNAMIC, CORE):
            sys.modules.pop(name, None)
        vars(sys.modules.get(CORE.rpartition(".")[0], sys)).pop("client", None)


def _put(name: str) -> _StandIn:
    made = sys.modules[name] = _StandIn(name)
    parent, _dot, child = name.rpartition(".")
    if parent:
        _give(parent, child, made)
    return made


def _give(module: str, name: str, value: Any) -> None:
    setattr(sys.modules[module], name, value)


def _later(module: str, name: str) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        return getattr(_genuine(module), name)(*arguments, **options)

    return call


def _genuine(name: str) -> ModuleType:
    _remove()
    return import_module(name)


def _remove() -> None:
    for name in (*PACKAGES, *SIGN_IN):
        if isinstance(sys.modules.get(name), _StandIn):
            del sys.modules[name]
