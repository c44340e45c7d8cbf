# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every command of tootctl (mastodon.md 7; mastodon: lib/mastodon/cli/*.rb at v4.6.5), spelled with underscores."""

from __future__ import annotations

from collections.abc import Mapping

from ._rule import Rule, attended, destroys, reads, tells, works

_PASSWORD = "use the module mastodon_account, which keeps the password in a Secret"
_FILE = "reads or writes a file, and a Job has no files of yours"

RULES: Mapping[str, Rule] = {
    "version": reads(),
    "help": reads(),
    # federation.rb: it asks for the domain and once more, always.
    "self_destruct": attended("erases the server from the federation for ever, and asks twice whether it may"),
    # accounts.rb
    "accounts approve": destroys(
        "lets in everybody who waits, or as many, which cannot be taken back", only_with=("all", "number", "n")
    ),
    "accounts backup": works(),
    "accounts create": tells("prints the new password", _PASSWORD),
    "accounts cull": destroys("deletes remote accounts whose server says that they are gone", dry_run=True),
    "accounts delete": destroys("deletes the account and all it posted, here and on other servers", dry_run=True),
    "accounts fix_duplicates": destroys("merges remote accounts, which cannot be parted again", dry_run=True),
    "accounts follow": destroys("acts in the name of every local account"),
    "accounts merge": destroys("merges one remote account into another and deletes the first"),
    "accounts migrate": destroys("moves the account's followers to another account"),
    "accounts modify": tells("prints the new password", _PASSWORD, only_with=("reset_password",)),
    "accounts prune": destroys("deletes remote accounts that nobody here ever had to do with", dry_run=True),
    "accounts refresh": works(dry_run=True),
    "accounts reset_relationships": destroys("removes what the account follows, or its followers"),
    "accounts rotate": destroys("gives accounts new keys; other servers refuse what was signed with the old ones"),
    "accounts unfollow": destroys("acts in the name of every local account"),
    # cache.rb
    "cache clear": works(),
    "cache recount": works(),
    # canonical_email_blocks.rb
    "canonical_email_blocks find": reads(),
    "canonical_email_blocks remove": works(),
    # domains.rb
    "domains crawl": reads(),
    "domains purge": destroys("removes every account of the domain without a trace", dry_run=True),
    # email_domain_blocks.rb
    "email_domain_blocks add": works(),
    "email_domain_blocks list": reads(),
    "email_domain_blocks remove": works(),
    # emoji.rb
    "emoji export": attended(_FILE),
    "emoji import": attended(_FILE),
    "emoji purge": destroys("deletes custom emoji, with no option of its own those of this server too"),
    # feeds.rb
    "feeds build": works(dry_run=True),
    "feeds clear": destroys("empties everybody's home and list timelines until `feeds build` has made them anew"),
    "feeds vacuum": works(),
    # ip_blocks.rb
    "ip_blocks add": works(),
    "ip_blocks export": reads(),
    "ip_blocks remove": works(),
    # maintenance.rb: it refuses while Sidekiq runs, and asks.
    "maintenance fix_duplicates": attended("deletes or merges duplicates in a stopped instance, and asks which"),
    # media.rb
    "media lookup": reads(),
    "media refresh": works(dry_run=True),
    "media remove": destroys(
        "deletes avatars and headers of remote accounts, which come back only when those accounts change",
        only_with=("prune_profiles", "remove_headers"),
        dry_run=True,
    ),
    "media remove_orphans": destroys(
        "deletes every file in the bucket that looks like media and that the database does not name", dry_run=True
    ),
    "media usage": reads(),
    # preview_cards.rb
    "preview_cards remove": works(dry_run=True),
    # search.rb
    "search deploy": works(),
    # settings.rb
    "settings registrations approved": works(),
    "settings registrations close": works(),
    "settings registrations open": works(),
    # statuses.rb
    "statuses remove": destroys("deletes posts of other servers that nobody here had to do with"),
    # upgrade.rb
    "upgrade storage_schema": destroys("moves every stored file to another name", dry_run=True),
}
