"""When the database is looked into, what is remembered, and what check mode foretells."""

import json
from contextlib import contextmanager

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._exec import ExecResult
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._settings._command import _MARK
from ansible_collections.fediverse.mastodon.plugins.module_utils._settings._converge import Settings
from ansible_collections.fediverse.mastodon.plugins.module_utils._settings._record import Record
from ansible_collections.fediverse.mastodon.plugins.module_utils._settings._report import result

TITLE = {"site_title": "Example", "media_cache_retention_period": 30}


class World:
    """A ConfigMap and a table of settings."""

    def __init__(self):
        self.record = None
        self.database = {"site_title": "Mastodon"}
        self.starts = 0
        self.answer = None

    def get(self, *_identity):
        return self.record

    def apply(self, manifest, *, force):
        assert force
        self.record = manifest

    @contextmanager
    def toolbox(self):
        self.starts += 1
        yield self

    def run(self, _command, *, timeout, stdin):
        assert timeout > 0
        if self.answer:
            return self.answer
        wanted = json.loads(stdin)
        before = {name: self.database.get(name) for name in wanted}
        differing = [name for name in wanted if before[name] != wanted[name]]
        self.database.update(wanted)
        found = {"unknown": [], "present": before, "differing": differing, "errors": []}
        return ExecResult(0, f"noise\n{_MARK}{json.dumps(found)}\n", "")


def settings(world, wanted, database="one"):
    return Settings(world, "social", Record(database, wanted), Progress(None))


def converge(world, wanted, database="one", **options):
    return result("social", wanted, settings(world, wanted, database).converge(world.toolbox, **options))


def predict(world, wanted, database="one"):
    return result("social", wanted, settings(world, wanted, database).predict(), check_mode=True)


def test_written_once_and_then_known():
    world = World()
    foretold = predict(world, TITLE)
    first = converge(world, TITLE)
    assert sorted(first["settings"]) == sorted(foretold["settings"]) == sorted(TITLE)
    assert first["objects"] == foretold["objects"]
    assert first["diff"] == {
        "before": {"site_title": "Mastodon", "media_cache_retention_period": None},
        "after": TITLE,
    }
    assert world.database == TITLE
    again = converge(world, TITLE)
    assert (again["changed"], again["settings"], world.starts) == (False, [], 1)
    assert predict(world, TITLE)["changed"] is False


def test_check_mode_names_what_may_differ_and_says_no_more():
    world = World()
    world.database = dict(TITLE)
    foretold = predict(world, TITLE)
    assert sorted(foretold["settings"]) == sorted(TITLE)
    assert foretold["msg"].startswith("Settings that may differ")
    done = converge(world, TITLE)
    assert done["settings"] == []
    assert "differ" not in done["msg"]
    assert converge(world, {"site_title": "x"})["msg"] == "Settings that differed: site_title."
    assert predict(world, {"site_title": "x"})["msg"] == "All 1 settings are as they must be."


def test_only_what_differs_is_told():
    world = World()
    converge(world, TITLE)
    other = {**TITLE, "site_title": "Other"}
    assert predict(world, other)["diff"] == {"before": {"site_title": "Example"}, "after": {"site_title": "Other"}}
    changed = converge(world, other)
    assert changed["settings"] == ["site_title"]
    assert changed["objects"][0]["action"] == "changed"


def test_what_the_pages_changed_is_seen_when_asked():
    world = World()
    converge(world, TITLE)
    world.database["site_title"] = "changed in the pages"
    assert converge(world, TITLE)["changed"] is False
    assert world.database["site_title"] == "changed in the pages"
    assert converge(world, TITLE, recheck=True)["settings"] == ["site_title"]
    assert world.database["site_title"] == "Example"
    assert converge(world, TITLE, recheck=True)["changed"] is False


def test_a_setting_that_is_no_longer_wanted_is_forgotten_without_a_start_of_rails():
    world = World()
    converge(world, TITLE)
    less = {"site_title": "Example"}
    assert converge(world, less)["changed"] is True
    assert (world.database, world.starts) == (TITLE, 1)
    world.database["media_cache_retention_period"] = 3
    # Wanted again, it is not taken for written.
    assert converge(world, TITLE)["settings"] == ["media_cache_retention_period"]


def test_another_database_knows_nothing():
    world = World()
    converge(world, TITLE)
    world.database = {}
    assert sorted(predict(world, TITLE, "two")["settings"]) == sorted(TITLE)
    assert sorted(converge(world, TITLE, "two")["settings"]) == sorted(TITLE)


def test_no_settings_cost_nothing():
    world = World()
    assert converge(world, {})["changed"] is predict(world, {})["changed"] is False
    assert (world.record, world.starts) == (None, 0)


@pytest.mark.parametrize("broken", [{}, {"settings": "{", "database": "one"}, {"settings": "[]", "database": "one"}])
def test_a_record_that_somebody_broke_is_made_anew(broken):
    world = World()
    world.record = {"data": broken}
    assert converge(world, TITLE)["changed"] is True
    assert converge(world, TITLE)["changed"] is False


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ExecResult(1, "REDIS_PASSWORD=s3cr3t boom", ""), "exit code 1"),
        (ExecResult(0, "REDIS_PASSWORD=s3cr3t boom", ""), "no answer came"),
        (
            ExecResult(0, f'{_MARK}{{"unknown":["new"],"present":{{}},"differing":[],"errors":[]}}', ""),
            "no setting new",
        ),
        (ExecResult(0, f'{_MARK}{{"unknown":[],"present":{{}},"differing":[],"errors":["no such"]}}', ""), "no such"),
    ],
)
def test_a_refusal_is_told_and_nothing_remembered(answer, words):
    world = World()
    world.answer = answer
    with pytest.raises(Failure) as failure:
        converge(world, TITLE)
    assert words in str(failure.value)
    assert "s3cr3t" not in str(failure.value)
    assert world.record is None
