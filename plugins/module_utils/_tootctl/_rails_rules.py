# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands and tasks of bin/rails that are known (mastodon.md 5.3, 6; mastodon: lib/tasks/*.rake; Rails 8.1)."""

from __future__ import annotations

from collections.abc import Mapping

from ._rule import Rule, attended, destroys, reads, tells

_EMPTIES = "deletes everything in the database"
_SCHEMA = "makes all tables anew, without what is in them"
_ORDER = "changes the database's schema outside the order that upgrades keep: the role app runs migrations"
_KEYS = "the module mastodon_secret_gen makes every key and keeps it"
_ANSWERS = "waits for what you type"

# Words after these are arguments of theirs.
COMMANDS: Mapping[str, Rule] = {
    "about": reads(),
    "console": attended(_ANSWERS),
    "c": attended(_ANSWERS),
    "credentials:show": tells("prints keys", _KEYS),
    "dbconsole": attended(_ANSWERS),
    "db": attended(_ANSWERS),
    "help": reads(),
    "initializers": reads(),
    "middleware": reads(),
    "notes": reads(),
    "routes": reads(),
    "runner": destroys("runs code that nobody but you can judge"),
    "r": destroys("runs code that nobody but you can judge"),
    "secret": tells("prints a key", _KEYS),
    "version": reads(),
    "--version": reads(),
    "-v": reads(),
}

# Any number of these may stand in one command line.
TASKS: Mapping[str, Rule] = {
    "db:abort_if_pending_migrations": reads(),
    "db:drop": destroys(_EMPTIES),
    "db:encryption:init": tells("prints keys", _KEYS),
    "db:fixtures:load": destroys(_EMPTIES),
    "db:forward": destroys(_ORDER),
    "db:migrate": destroys(_ORDER),
    "db:migrate:down": destroys(_ORDER),
    "db:migrate:redo": destroys(_ORDER),
    "db:migrate:reset": destroys(_EMPTIES),
    "db:migrate:setup": destroys(_ORDER),
    "db:migrate:status": reads(),
    "db:migrate:up": destroys(_ORDER),
    "db:prepare": destroys(_ORDER),
    "db:purge": destroys(_EMPTIES),
    "db:reset": destroys(_EMPTIES),
    "db:rollback": destroys(_ORDER),
    "db:schema:load": destroys(_SCHEMA),
    "db:schema:reset": destroys(_SCHEMA),
    "db:seed:replant": destroys(_EMPTIES),
    "db:setup": destroys(_SCHEMA),
    "db:structure:load": destroys(_SCHEMA),
    "db:truncate_all": destroys(_EMPTIES),
    "db:version": reads(),
    "mastodon:setup": attended("asks for everything that the inventory says already"),
    "mastodon:webpush:generate_vapid_key": tells("prints keys", _KEYS),
}
