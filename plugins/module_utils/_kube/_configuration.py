# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the authentication options of kubernetes.core to a connection.

The options, the K8S_AUTH_* environment variables and their precedence are kubernetes.core's own, because its code reads
them here. Only the configuration is taken from there: its dynamic client spends many requests on discovery.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ._errors import Failure
from ._light import parts

if TYPE_CHECKING:
    from kubernetes.client import Configuration


def configuration(params: dict[str, Any]) -> tuple[Configuration, dict[str, Any]]:
    """The client configuration and the extra headers (impersonation) that the options ask for."""
    try:
        used = parts()
    except ImportError as error:
        raise Failure(
            f"The Python package kubernetes is missing or broken for {sys.executable} ({error}); install"
            " it there with `pip install kubernetes`, or point ansible_python_interpreter at a Python that has it."
        ) from error

    core = used.core
    options = {name: value for name, value in params.items() if value is not None}
    try:
        auth = core._create_auth_spec(None, **options)
        with _complaints() as complaints:
            made = core._create_configuration(auth)
        headers = core._create_headers(None, **options)
    except Exception as error:  # whatever reading files, running credential plugins and asking token issuers may raise
        raise unusable(str(error)) from error
    if complaints and not (made.api_key or made.cert_file or made.username):
        raise unusable(complaints[0])
    headers.pop("Accept", None)  # kubernetes.core's option for partial objects
    return made, headers


def unusable(problem: str) -> Failure:
    return Failure(
        f"Cannot find out how to reach the cluster: {problem.rstrip('.')}. Set kubeconfig or K8S_AUTH_KUBECONFIG to a"
        " readable kubeconfig file (and context if it has several), or give host and api_key."
    )


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What the kubernetes package only logs: that a credential plugin failed and it goes on without credentials."""
    said: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        yield said
    finally:
        logging.getLogger().removeHandler(handler)
