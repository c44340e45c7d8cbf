# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one command that reads the present settings and writes what differs, and what its output says. Pure.

Rails takes half a minute to start, so one start does all. The values go through the form behind the administration
pages: it judges them as those pages do, and keeps caches right (mastodon: app/models/form/admin_settings.rb). It writes
one after the other, so a transaction makes them all or none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._account._commands import without_credentials
from .._kube._errors import Failure

_MARK = "fediverse.mastodon settings: "

# Nothing, an empty text and false are the same to Mastodon, and a form sends a switch as 1 or 0.
_CONVERGE = f"""
wanted = JSON.parse($stdin.read)
unknown = wanted.keys - Form::AdminSettings::KEYS.map(&:to_s)
present = (wanted.keys - unknown).index_with {{ |name| Setting[name] }}
differing = present.keys.reject {{ |name| present[name].presence == wanted[name].presence }}
errors = []
if unknown.empty? && differing.any?
  given = wanted.slice(*differing).transform_values {{ |value| {{ true => '1', false => '0' }}.fetch(value, value) }}
  form = Form::AdminSettings.new(given)
  saved = ActiveRecord::Base.transaction {{ form.save }}
  errors = form.errors.full_messages unless saved
end
puts '{_MARK}' + {{ unknown: unknown, present: present, differing: differing, errors: errors }}.to_json
"""


@dataclass(frozen=True)
class Written:
    """What was there before, and which of it was changed."""

    before: dict[str, Any]
    changed: tuple[str, ...]


CONVERGE = ("bin/rails", "runner", _CONVERGE)


def given(wanted: Mapping[str, Any]) -> str:
    """What the command reads: a style sheet or terms of service are too long for a command line."""
    return json.dumps(wanted, sort_keys=True)


def written(output: str) -> Written:
    """What the command found and did; Failure if Mastodon refused, and then it wrote nothing."""
    for line in output.splitlines():
        if line.startswith(_MARK):
            found = json.loads(line.removeprefix(_MARK))
            if found["unknown"]:
                raise Failure(f"This version of Mastodon has no setting {', '.join(found['unknown'])}: leave it out.")
            if found["errors"]:
                raise Failure(f"Mastodon refused the settings, and none was changed: {'; '.join(found['errors'])}.")
            return Written(found["present"], tuple(found["differing"]))
    raise Failure(f"The settings were to be written, but no answer came:\n{without_credentials(output)}")
