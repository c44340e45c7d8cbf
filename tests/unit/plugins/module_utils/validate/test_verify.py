"""The check's variables: what types cannot say."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._verify import mistakes


def found(**values):
    return [mistake.variable for mistake in mistakes({f"verify_{name}": value for name, value in values.items()})]


@pytest.mark.parametrize("schedule", [None, "never", "*/15 * * * *", "0 4 * * mon", "@hourly", 7])
def test_a_right_schedule(schedule):
    assert found(schedule=schedule) == []


@pytest.mark.parametrize("schedule", ["", "15m", "* * * *", "@reboot", "always", "0 4 * * mon extra", "99 4 * * *"])
def test_a_schedule_that_no_cron_job_takes(schedule):
    assert found(schedule=schedule) == ["verify_schedule"]


@pytest.mark.parametrize("url", [None, "http://pushgateway.monitoring:9091/metrics/job/x", "https://push.example.org/"])
def test_a_right_address(url):
    assert found(push_url=url) == []


@pytest.mark.parametrize("url", ["", "pushgateway:9091", "ftp://x/"])
def test_an_address_that_nothing_can_be_posted_to(url):
    assert found(push_url=url) == ["verify_push_url"]
