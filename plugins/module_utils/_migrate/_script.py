# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a migration Job does, as a shell script of Mastodon's own commands. Pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from .._upgrade._version import OTP_SECRET_MIGRATION, OTP_SECRET_SERIES, Version, floor
from ._plan import BEFORE, Goal

# Only the presence of this variable counts, so it is never set to "false" (mastodon.md 11, item 7).
SKIP_POST = "SKIP_POST_DEPLOYMENT_MIGRATIONS"


@dataclass(frozen=True)
class Doubts:
    """What is not known of the database, so that the Job looks before it migrates: it takes one more start of Rails."""

    # Of which version it is, and whether it is empty.
    version: bool = True
    # The names of keys that were newly made, and that no database was used with yet.
    new_keys: tuple[str, ...] = ()
    # Whether the user said that it may be of a newer version.
    newer_is_allowed: bool = False


_REFUSE = r"""
refuse() {
  printf 'Refused: %s\n' "$1" >&2
  exit 1
}
need_otp_secret() {
  [ -n "${OTP_SECRET+set}" ] || refuse "the database is of Mastodon 4.2 or older, which encrypted second factors with\
 OTP_SECRET. Put its old value into the Secret with the keys, and set secrets_otp_secret to true."
}
"""
# A schema without a user is what a first installation leaves that ended early: nobody's data is lost with it.
_USERS = r"""
users() {
  bin/rails runner '
    rows = ActiveRecord::Base.connection
    puts rows.table_exists?(:users) ? rows.select_value("SELECT count(*) FROM users") : 0' | tail -n 1
}
"""
# db:version tells 0 of an empty database, and fails where there is none yet; db:prepare then makes it. Only
# PostgreSQL's own words for that count: Rails calls a server that cannot be reached a missing database too, if the
# name of the database is in the message (rails: postgresql_adapter.rb, new_client), and any other failure may pass.
# The last line of db:migrate:status is the newest migration; one of a newer version has no file in the image.
_LOOK = rf"""
if told=$(bin/rails db:version 2>&1); then
  schema=$(printf '%s\n' "$told" | sed -n 's/^Current version: *//p')
else
  case $told in
    *'database "'*'" does not exist'*) schema=0 ;;
    *) printf '%s\n' "$told" >&2; refuse "the database could not be looked at, and is not migrated unseen." ;;
  esac
fi
if [ "${{schema:-0}}" -gt 0 ]; then
  [ -z "$new_keys" ] || [ "$(users)" = 0 ] || refuse "the database holds an instance's data, but these keys were newly\
 made: $new_keys. With them its encrypted columns, such as second factors, can never be read. Put the keys it was\
 used with into the Secret; or, if this data may be lost, set secrets_allow_new_secrets_for_existing_data to the\
 namespace's name."
  [ "$schema" -ge "${{oldest:-0}}" ] || refuse "the database is older than Mastodon $series, over which $wanted can be\
 rolled out without downtime at the earliest ($source). Upgrade to $series first, or set app_upgrade_strategy to\
 stop_first."
  [ "$schema" -ge "${{otp_migration:-0}}" ] || need_otp_secret
  if [ -z "$newer_is_allowed" ]; then
    known=$(env -u {SKIP_POST} bin/rails db:migrate:status)
    case $(printf '%s\n' "$known" | grep '^ *up ' | tail -n 1) in *'NO FILE'*)
      refuse "the database has migrations of a newer version than $wanted, up to $schema. Set the version to the one\
 it was used with; or restore a backup that was made with $wanted, or allow it with app_upgrade_allow_downgrade as\
 \"that version -> $wanted\"." ;;
    esac
  fi
fi
"""
# db:prepare makes an empty database from the schema, with its initial rows, and migrates any other (mastodon.md 6).
# Then the same command that guards Rails' boot tells how much is left for after the rollout: usually nothing.
_BEFORE = rf"""
bin/rails db:prepare
if left=$(env -u {SKIP_POST} bin/rails db:abort_if_pending_migrations 2>&1); then
  count=0
else
  count=$(printf '%s\n' "$left" | sed -n 's/^You have \([0-9]*\) pending migration.*/\1/p')
fi
printf '%s\n' "$left" "Post-deployment migrations left for after the rollout: ${{count:-unknown}}"
[ -z "$otp_migration" ] || case $left in *"$otp_migration"*) need_otp_secret ;; esac
printf 'post_pending=%s' "$count" > /dev/termination-log
"""
_NOTHING_LEFT = r"""
echo "Post-deployment migrations left: 0"
printf 'post_pending=0' > /dev/termination-log
"""
_AT_ONCE = "\nbin/rails db:prepare" + _NOTHING_LEFT
_AFTER = "\nbin/rails db:migrate" + _NOTHING_LEFT


def script(goal: Goal, wanted: Version | None, doubts: Doubts) -> str:
    """The commands, to be run with -e. ``wanted``: the image's version, if it tells one."""
    if goal.phase != BEFORE:
        return _AFTER.lstrip()
    facts = _facts(goal, wanted, doubts)
    known = "".join(f"{name}={shlex.quote(value)}\n" for name, value in facts.items())
    look = (_USERS if doubts.new_keys else "") + (_LOOK if doubts.version or doubts.new_keys else "")
    return known + _REFUSE + look + (_AT_ONCE if goal.at_once else _BEFORE)


def _facts(goal: Goal, wanted: Version | None, doubts: Doubts) -> dict[str, str]:
    """What the script is to know; the rule behind an empty value does not apply."""
    oldest = floor(wanted) if wanted and doubts.version and not goal.at_once else None
    # The migration reads the variable when it is loaded, whether anybody has a second factor or not (mastodon.md 11,
    # item 1). An image that tells no version is taken as a new one.
    reads_otp_secret = wanted is None or wanted.series >= OTP_SECRET_SERIES
    return {
        "wanted": str(wanted or "the image"),
        "oldest": str(oldest.schema) if oldest else "",
        "series": str(oldest.series) if oldest else "",
        "source": oldest.source if oldest else "",
        "otp_migration": str(OTP_SECRET_MIGRATION) if reads_otp_secret else "",
        "new_keys": ", ".join(doubts.new_keys),
        "newer_is_allowed": "true" if doubts.newer_is_allowed or not doubts.version else "",
    }
