"""When jobs run, which of them, and that they never meet Mastodon's own clean-up."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._maintenance._jobs import DEADLINE, JOBS, with_defaults
from ansible_collections.fediverse.mastodon.plugins.module_utils._maintenance._maintenance import maintenance
from ansible_collections.fediverse.mastodon.plugins.module_utils._maintenance._schedule import GRACE, schedule

DOMAINS = [f"instance{number}.example" for number in range(300)]
# The vacuum begins at 03:00 at the earliest, with the clean-up of addresses (mastodon: config/sidekiq.yml).
CLEAN_UP = 27 * 60


def starts(name="profiles", every="weekly"):
    return [schedule(domain, name, every).split() for domain in DOMAINS]


@pytest.mark.parametrize("name", [*JOBS, "mine"])
def test_jobs_start_after_22_and_are_over_before_mastodon_cleans_up(name):
    for minute, hour, *_days in starts(name):
        begins = int(hour) * 60 + int(minute)
        assert begins > 22 * 60
        assert begins + GRACE + DEADLINE / 60 < CLEAN_UP
        assert int(minute) != 0, "Mastodon counts servers at every full hour"


def test_instances_are_spread_and_always_the_same():
    assert len({tuple(start[:2]) for start in starts()}) > 60
    assert {start[4] for start in starts()} == set("0123456")
    assert {start[2] for start in starts(every="monthly")} == {str(day) for day in range(1, 29)}
    assert starts() == starts()
    assert schedule("example.org", "profiles", "daily").endswith(" * * *")


def test_known_jobs_of_one_instance_are_on_different_days():
    weekly = [name for name, job in JOBS.items() if job["enabled"]]
    assert len(weekly) > 1
    for domain in DOMAINS:
        days = {schedule(domain, name, "weekly").split()[4] for name in weekly}
        assert len(days) == len(weekly)


def jobs(**given):
    found = maintenance({"jobs": given}, {}, "example.org")["jobs"]
    return {job["name"].removeprefix("mastodon-maintenance-"): job for job in found}


def test_the_defaults():
    assert set(jobs()) == {"profiles", "headers"}
    assert maintenance({}, {"site_title": "x"}, "example.org")["settings"] == {
        "media_cache_retention_period": 30,
        "content_cache_retention_period": None,
        "backups_retention_period": 7,
        "site_title": "x",
    }


def test_what_is_said_is_laid_over_the_defaults():
    found = jobs(profiles=None, headers={"deadline": 60}, orphans={"enabled": True, "schedule": "1 2 3 * *"})
    assert set(found) == {"headers", "orphans"}
    assert found["headers"]["deadline"] == 60
    assert found["headers"]["command"][:4] == ["bin/tootctl", "media", "remove", "--remove-headers"]
    assert found["orphans"]["schedule"] == "1 2 3 * *"
    mine = jobs(mine={"command": "rails runner 'puts 1'", "every": "daily"})["mine"]
    assert mine["command"] == ["bin/rails", "runner", "puts 1"]
    kept = maintenance({"media_cache_retention_period": None}, {}, "example.org")["settings"]
    assert kept["media_cache_retention_period"] is None
    assert kept["backups_retention_period"] == 7


@pytest.mark.parametrize("word", ["false", "no", "off", False, "0"])
def test_a_job_that_is_off_in_any_word_is_off(word):
    assert "orphans" not in jobs(orphans={"enabled": word})
    assert "profiles" not in jobs(profiles={"enabled": word})


def test_words_that_say_nothing_switch_nothing():
    with pytest.raises(ValueError, match=r"job 'orphans'.*enabled"):
        jobs(orphans={"enabled": "maybe"})
    assert jobs(orphans={"enabled": "yes", "deadline": "60"})["orphans"]["deadline"] == 60
    assert "headers" in jobs(headers={"enabled": None, "deadline": None})


def test_names_fit_an_object_s():
    assert max(len(f"mastodon-maintenance-{name}") for name in with_defaults({})["jobs"]) <= 52
