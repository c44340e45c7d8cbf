"""Mistakes in the server's settings and in what runs on a schedule; what is said aloud."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._app import mistakes
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._app_maintenance import cautions

SOUND = [
    {"app_settings": {}, "app_maintenance": {}},
    {"app_settings": {"registrations_mode": "approved", "trends": False}},
    {"app_maintenance": {"media_cache_retention_period": None, "backups_retention_period": "14"}},
    {
        "app_maintenance": {
            "jobs": {"profiles": None, "orphans": {"enabled": True}, "mine": {"command": "tootctl version"}}
        }
    },
    {"app_maintenance": {"jobs": {"orphans": {"enabled": True, "schedule": "*/5 1-3 * * 0", "deadline": 60}}}},
    {"app_maintenance": {"jobs": {"orphans": {"schedule": "@monthly"}}}},
    # What is off may be unfinished.
    {"app_maintenance": {"jobs": {"mine": {"enabled": False}}}},
    # Types are judged elsewhere.
    {"app_maintenance": [], "app_settings": "x"},
    {"app_maintenance": {"jobs": []}},
    # As -e and inventories in INI give them.
    {"app_maintenance": {"jobs": {"orphans": {"enabled": "yes", "deadline": "60", "schedule": None}}}},
]


def job(**options):
    return {"app_maintenance": {"jobs": {"mine": {"command": "tootctl version", **options}}}}


MISTAKEN = [
    ({"app_settings": {"site_titel": "x"}}, "no setting of Mastodon's", "site_title"),
    ({"app_settings": {"media_cache_retention_period": 3}}, "belongs to", "app_maintenance"),
    ({"app_settings": {"site_contact_email": "a@b.example"}}, "without site_contact_username", "give both"),
    ({"app_maintenance": {"media_cache_retention_period": 0}}, "is 0", "null"),
    ({"app_maintenance": {"jobs": {"Mine": {"command": "tootctl version"}}}}, "CronJob's name", "lower-case"),
    ({"app_maintenance": {"jobs": {"m" * 32: {"command": "tootctl version"}}}}, "CronJob's name", "lower-case"),
    ({"app_maintenance": {"jobs": {"mine": {}}}}, "no command is given", "command"),
    ({"app_maintenance": {"jobs": {"mine": "tootctl version"}}}, "job 'mine' must be a dictionary", "enabled"),
    (job(evry="daily"), "evry", "every"),
    (job(every="hourly"), "daily, weekly, monthly", "every"),
    (job(enabled="maybe"), "'enabled' is of type", "enabled"),
    ({"app_maintenance": {"jobs": {"orphans": {"enabled": "off-ish"}}}}, "'enabled' is of type", "enabled"),
    (job(enabled=False, deadline="1h"), "'deadline' is of type", "10800"),
    (job(schedule="at night"), "has 2 fields", "15 23"),
    (job(schedule="99 99 * * *"), "'99' as the minute, which goes from 0 to 59", "15 23"),
    (job(deadline="1h"), "'deadline' is of type", "10800"),
    (job(deadline=0), "no number of seconds", "10800"),
    (job(command="media usage"), "begins with neither", "command"),
    (job(command="tootctl self-destruct"), "asks twice", "by hand"),
    (job(command="tootctl accounts modify a --reset-password"), "prints the new password", "by hand"),
]


@pytest.mark.parametrize("values", SOUND, ids=str)
def test_sound_values_have_no_mistake(values):
    assert list(mistakes(values)) == []


@pytest.mark.parametrize(("values", "problem", "cure"), MISTAKEN, ids=str)
def test_every_mistake_is_found_and_says_what_to_do(values, problem, cure):
    (mistake,) = mistakes(values)
    assert mistake.variable in values
    assert problem in mistake.problem
    assert cure in mistake.cure


def test_what_is_said_aloud():
    assert list(cautions({})) == []
    (lost,) = cautions({"app_maintenance": {"content_cache_retention_period": 90}})
    assert "bookmarked" in lost
    (grows,) = cautions({"app_maintenance": {"media_cache_retention_period": None}})
    assert "for ever" in grows
    (pictures,) = cautions({"app_maintenance": {"media_cache_retention_period": 7}})
    assert "previews" in pictures
