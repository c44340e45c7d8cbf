# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificate, Issuer, ExternalSecret and SecretStore."""

from __future__ import annotations

from ._state import Failed, Object, Progressing, Ready, State, condition, generation, holds, status, told


def certificate(item: Object) -> State:
    """cert-manager records the generation in each condition and tries again only an hour after a failure."""
    if holds(condition(item, "Ready"), generation(item)):
        return Ready()
    issuing = condition(item, "Issuing")
    if issuing.get("status") == "False" and issuing.get("reason") == "Failed":
        return Failed(f"it could not be issued: {issuing.get('message')}")
    return Progressing(told(issuing) or told(condition(item, "Ready")) or "it is being issued")


def issuer(item: Object) -> State:
    found = condition(item, "Ready")
    return Ready() if holds(found, generation(item)) else Progressing(told(found) or "not verified yet")


def external_secret(item: Object) -> State:
    """Synced for this spec: syncedResourceVersion begins with the generation it was synced for."""
    found = condition(item, "Ready")
    synced, _dash, _hash = str(status(item).get("syncedResourceVersion") or "").partition("-")
    if found.get("status") == "True" and synced == str(generation(item)):
        return Ready()
    if found.get("status") == "False":
        return Progressing(told(found), doubtful=True)
    return Progressing("the last change is not synced yet")


def secret_store(item: Object) -> State:
    found = condition(item, "Ready")
    if found.get("status") == "False":
        return Progressing(told(found), doubtful=True)
    return Ready() if found else Progressing("not validated yet")
