from __future__ import annotations

import pytest
from mastodon_double.migrations import DIRECTORY, all_migrations, carried_by, counted, parse_fault, pending
from mastodon_double.release import release


def versions(migrations):
    return {migration.version for migration in migrations}


def test_the_newest_migrations_of_4_6_5_are_mastodons():
    """mastodon.md 6: "Latest post-migration in 4.6.5 is 20250520 (from 4.4), latest pre-migration 20260611"."""
    carried = [migration for migration in carried_by(release("4.6.5")) if not migration.name.startswith("double_only")]
    assert max(versions(migration for migration in carried if migration.post)) // 10**6 == 20250520
    assert max(versions(migration for migration in carried if not migration.post)) // 10**6 == 20260611


@pytest.mark.parametrize(("old", "new"), [("4.4.22", "4.5.15"), ("4.5.15", "4.6.5")])
def test_a_minor_upgrade_brings_pre_migrations(old, new):
    added = versions(carried_by(release(new))) - versions(carried_by(release(old)))
    assert added & versions(migration for migration in all_migrations() if not migration.post)


def test_4_6_brings_a_post_migration_too_and_a_patch_brings_none():
    added = set(carried_by(release("4.6.5"))) - set(carried_by(release("4.5.15")))
    assert [migration.name for migration in added if migration.post] == ["double_only_remove_legacy_profile_notes"]
    assert carried_by(release("4.6.6")) == carried_by(release("4.6.5"))


@pytest.mark.parametrize("value", ["true", "false", ""])
def test_presence_alone_skips(value):
    carried = carried_by(release("4.6.5"))
    assert counted(carried, {}) == carried
    assert not any(migration.post for migration in counted(carried, {"SKIP_POST_DEPLOYMENT_MIGRATIONS": value}))


def test_pending_is_what_was_not_applied_whatever_its_number():
    carried = carried_by(release("4.6.5"))
    applied = versions(carried) - {20240307180905}
    assert versions(pending(carried, applied)) == {20240307180905}


def test_every_script_belongs_to_a_migration():
    scripts = {int(path.stem) for path in (DIRECTORY / "sql").glob("*.sql")}
    assert scripts <= versions(all_migrations())
    assert len(versions(all_migrations())) == len(all_migrations())


def test_names_as_rails_shows_them():
    (migration,) = [each for each in all_migrations() if each.version == 20260611150940]
    assert (migration.class_name, migration.title) == (
        "AddMissingStatusToBulkImport",
        "Add missing status to bulk import",
    )


def test_faults():
    (first, second, *_unused) = all_migrations()
    assert parse_fault("fail").strikes(first)
    only_second = parse_fault(f"hang:{second.version}")
    assert (only_second.strikes(first), only_second.strikes(second)) == (False, True)
    assert parse_fault("slow:1.5").seconds == 1.5
    with pytest.raises(ValueError, match="no such fault"):
        parse_fault("explode")


def test_unknown_releases_are_refused():
    with pytest.raises(ValueError, match=r"4\.7\.0"):
        release("v4.7.0")
