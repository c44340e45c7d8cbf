"""What the role app renders to run on a schedule, and that its specification knows every setting."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[2]))
from ansible_collections.fediverse.mastodon.plugins.module_utils._maintenance._jobs import PERIODS
from ansible_collections.fediverse.mastodon.plugins.module_utils._settings._catalog import RETENTION, SETTINGS
from support.app import EVERYTHING, ROOT, job_template, manifests, render

HOLDER = "mastodon-tootctl"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    directory = tmp_path_factory.mktemp("maintenance")
    jobs = {"orphans": {"enabled": True}, "headers": None, "mine": {"command": "rails runner 'puts \"a b\"'"}}
    render({**EVERYTHING, "app_maintenance": {"jobs": jobs}}, directory)
    return directory


@pytest.fixture(scope="module")
def cron_jobs(rendered):
    return {one["metadata"]["name"]: one["spec"] for one in manifests(rendered) if one["kind"] == "CronJob"}


def container(spec):
    (found,) = spec["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    return found


def test_one_for_each_job_that_is_on_and_the_template(cron_jobs):
    names = {name.removeprefix("mastodon-maintenance-") for name in cron_jobs}
    assert names == {HOLDER, "profiles", "orphans", "mine"}
    assert container(cron_jobs["mastodon-maintenance-mine"])["command"] == ["bin/rails", "runner", 'puts "a b"']


def test_nothing_runs_twice_or_late(cron_jobs):
    assert cron_jobs[HOLDER]["suspend"] is True
    for spec in (spec for name, spec in cron_jobs.items() if name != HOLDER):
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec["startingDeadlineSeconds"] == 600
        assert spec["timeZone"] == "Etc/UTC"
        assert {"successfulJobsHistoryLimit", "failedJobsHistoryLimit"} < spec.keys()
        assert spec["jobTemplate"]["spec"]["backoffLimit"] == 0
        # The Pod's own deadline, at which its log is kept, comes first.
        assert spec["jobTemplate"]["spec"]["template"]["spec"]["activeDeadlineSeconds"] == 10800
        assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 11400


def test_pods_are_those_of_other_jobs_but_for_the_command(cron_jobs, rendered):
    pod = job_template(rendered)["spec"]["template"]
    for name, spec in cron_jobs.items():
        made = spec["jobTemplate"]["spec"]["template"]
        (wanted,) = pod["spec"]["containers"]
        assert container(spec) == {**wanted, "command": container(spec)["command"]}
        own = {key: value for key, value in made["spec"].items() if key != "activeDeadlineSeconds"}
        assert {**own, "containers": []} == {**pod["spec"], "containers": []}
        labels = made["metadata"]["labels"]
        # The network policy of Jobs holds for them, and overlays reach them.
        assert labels["fediverse.mastodon/process"] == "job"
        assert labels["team"] == "social"
        assert made["metadata"]["annotations"] == {"example.org/note": "x"}
        assert labels["app.kubernetes.io/component"] == ("tootctl" if name == HOLDER else "maintenance")
        assert made["spec"]["tolerations"]


def test_the_specification_knows_every_setting_as_it_is():
    specs = yaml.safe_load((ROOT / "roles/app/meta/argument_specs.yml").read_text())
    options = specs["argument_specs"]["main"]["options"]
    given = {
        name: (option["type"], tuple(option.get("choices", ())))
        for name, option in options["app_settings"]["options"].items()
    }
    known = {name: (one.type.__name__, one.choices) for name, one in SETTINGS.items() if name not in RETENTION}
    assert given == known
    periods = {name: option.get("default") for name, option in options["app_maintenance"]["options"].items()}
    periods.pop("jobs")
    assert periods == PERIODS
