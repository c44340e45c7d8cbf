"""Runs that are killed between any two steps, on a database and a Secret of a few lines (T20, T21)."""

import base64
import itertools
import re
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._account import _commands
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._decision import Wanted
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._ensure import Account, check
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._secret import Place, default_name
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._exec import ExecResult
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress

ALICE = Wanted("alice", "alice@example.org", "Owner")
# Before and after each: look, Secret, account, Secret, look, Secret.
STEPS = 12


class KilledError(Exception):
    pass


class World:
    """A Secret and a table of users; ``life`` is the number of steps until the run is killed."""

    def __init__(self):
        self.secret = None
        self.users = {}
        self.passwords = itertools.count()
        self.life = None
        self.boxes = 0

    def step(self):
        if self.life is not None:
            self.life -= 1
            if self.life < 0:
                raise KilledError

    def get(self, *_identity):
        return self.secret

    def create(self, manifest):
        self.step()
        self.secret = manifest | {"metadata": manifest["metadata"] | {"resourceVersion": "1"}}
        self.step()
        return self.secret

    def patch(self, *identity):
        self.step()
        patch, old = identity[-1], self.secret["metadata"]
        annotations = {**old["annotations"], **patch["metadata"]["annotations"]}
        metadata = {**old, **patch["metadata"], "annotations": annotations}
        self.secret = {**self.secret, "metadata": metadata, "data": {**self.secret["data"], **patch["data"]}}
        self.step()
        return self.secret

    @contextmanager
    def toolbox(self):
        self.boxes += 1
        yield self

    def run(self, command, *, timeout):
        assert timeout > 0
        self.step()
        output = self.rails(command) if command[0] == "bin/rails" else self.tootctl(*command[2:])
        self.step()
        return ExecResult(0, output, "")

    def rails(self, command):
        name, email = command[-2:]
        user = self.users.get(name)
        holder = next((name for name, one in self.users.items() if one["email"] == email), None)
        told = {key: value for key, value in user.items() if key != "password"} if user else None
        return _commands._MARK + _json({"account": user is not None, "user": told, "holder": holder})

    def tootctl(self, verb, name, *options):
        new = {"email": None, "role": "", "approved": False, "confirmed": False, "disabled": False}
        user = self.users.setdefault(name, new) if verb == "create" else self.users[name]
        for option, value in zip(options, [*options[1:], None], strict=True):
            if option in ("--email", "--role"):
                user[option[2:]] = value
            elif option.startswith(("--confirm", "--approve")):
                user["confirmed" if "confirm" in option else "approved"] = True
            elif option == "--remove-role":
                user["role"] = ""
            elif option in ("--disable", "--enable"):
                user["disabled"] = option == "--disable"
        if verb == "create" or "--reset-password" in options:
            user["password"] = f"{next(self.passwords):032x}"
            return f"OK\nNew password: {user['password']}\n"
        return "OK\n"

    def kept(self, key):
        return base64.b64decode(self.secret["data"][key]).decode() if key in self.secret["data"] else None


def _json(value):
    import json

    return json.dumps(value)


def account(world, wanted=ALICE, reset=None):
    return Account(Place(world, "social", "mastodon-owner"), wanted, Progress(None), reset=reset)


def ensure(world, wanted=ALICE, life=None, reset=None, **options):
    world.life = life
    return account(world, wanted, reset).ensure(world.toolbox, **options)


def test_created_once_and_then_left_alone():
    world = World()
    assert ensure(world).outcome == "created"
    assert world.users["alice"] == {
        **{"email": "alice@example.org", "role": "Owner", "approved": True, "confirmed": True, "disabled": False},
        "password": world.kept("password"),
    }
    world.users["alice"]["password"] = "changed by its owner"
    before = world.secret
    report = ensure(world)
    assert (report.outcome, report.actions, world.boxes) == ("unchanged", {}, 1)
    assert ensure(world, recheck=True).outcome == "unchanged"
    assert (world.boxes, world.secret) == (2, before)


@pytest.mark.parametrize("life", range(STEPS))
def test_a_run_killed_anywhere_is_finished_by_the_next_one(life):
    world = World()
    with pytest.raises(KilledError):
        ensure(world, life=life)
    ensure(world)
    assert world.users["alice"]["password"] == world.kept("password")
    assert ensure(world).outcome == "unchanged"


def test_these_are_all_the_steps_there_are():
    """Keeps the range above honest."""
    assert ensure(World(), life=STEPS).outcome == "created"


def test_an_account_that_was_there_is_promoted_and_its_password_left_alone():
    world = World()
    alice = {"email": "alice@example.org", "role": "", "approved": True, "confirmed": True, "password": "hers"}
    world.users["alice"] = dict(alice)
    assert ensure(world).outcome == "promoted"
    assert world.users["alice"] == alice | {"role": "Owner"}
    assert world.kept("password") is None
    assert ensure(world).outcome == "unchanged"


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_an_account_of_somebody_else_is_a_conflict_and_nothing_is_made(name):
    world = World()
    email = "alice@example.org" if name == "bob" else "other@example.org"
    world.users[name] = {"email": email, "role": "", "approved": True, "confirmed": True}
    with pytest.raises(Failure, match="cannot be made what is wanted"):
        ensure(world)
    assert world.secret is None


def test_a_new_address_in_the_inventory_reaches_our_own_account():
    world = World()
    ensure(world)
    assert ensure(world, Wanted("alice", "new@example.org", "Owner")).outcome == "promoted"
    assert (world.users["alice"]["email"], world.kept("email")) == ("new@example.org", "new@example.org")


def test_another_name_in_the_inventory_does_not_overwrite_the_secret():
    world = World()
    ensure(world)
    with pytest.raises(Failure, match="is about @alice, and @bob is wanted"):
        ensure(world, Wanted("bob", "bob@example.org", "Owner"))
    assert "bob" not in world.users


def test_a_secret_of_somebody_else_is_left_alone():
    world = World()
    world.secret = {"metadata": {"name": "mastodon-owner"}, "data": {"username": base64.b64encode(b"alice").decode()}}
    with pytest.raises(Failure, match="was not made by this module"):
        ensure(world)


@pytest.mark.parametrize(
    ("prepare", "recheck", "outcome", "actions"),
    [
        (lambda world: None, False, "created", {"mastodon-owner": "created"}),
        (ensure, False, "unchanged", {}),
        (ensure, True, "unchanged", {}),
        (
            lambda world: ensure(world, Wanted("alice", "old@x.example", "Owner")),
            False,
            "promoted",
            {"mastodon-owner": "changed"},
        ),
    ],
)
def test_predictions_touch_nothing(prepare, recheck, outcome, actions):
    world = World()
    prepare(world)
    before, boxes = world.secret, world.boxes
    report = Account(Place(world, "social", "mastodon-owner"), ALICE, Progress(None)).predict(recheck=recheck)
    assert (report.outcome, report.actions) == (outcome, actions)
    assert (world.secret, world.boxes) == (before, boxes)


@pytest.mark.parametrize("wanted", [Wanted("admin", "a@b.example", "Owner"), Wanted("alice", "alice", "Owner")])
def test_what_cannot_be_is_refused_first(wanted):
    with pytest.raises(Failure):
        check(wanted)


def test_what_is_asked_for_is_changed_and_the_rest_left_alone():
    world = World()
    plain = Wanted("bob", "bob@example.org", None, confirmed=False)
    assert ensure(world, plain).outcome == "created"
    bob = world.users["bob"]
    assert (bob["role"], bob["approved"], bob["confirmed"], bob["disabled"]) == ("", True, False, False)
    bob.update(role="Moderator", disabled=True)
    assert ensure(world, plain, recheck=True).outcome == "unchanged"
    assert ensure(world, replace(plain, disabled=False, role="")).outcome == "promoted"
    assert (bob["role"], bob["disabled"]) == ("", False)


def test_another_database_gets_the_account_too():
    world = World()
    here = replace(ALICE, database="cnpg/a/b/c@1")
    assert ensure(world, here).outcome == "created"
    first = world.kept("password")
    world.users.clear()
    assert ensure(world, here).outcome == "unchanged", "what was seen is not looked up again"
    assert ensure(world, replace(ALICE, database="cnpg/a/b/c@2")).outcome == "created"
    assert world.kept("password") != first


def test_a_new_account_may_be_locked_from_the_start():
    world = World()
    assert ensure(world, replace(ALICE, disabled=True)).outcome == "created"
    assert world.users["alice"]["disabled"] is True


def test_a_new_password_is_given_once_for_each_request():
    world = World()
    ensure(world)
    first = world.kept("password")
    assert account(world, reset="monday").predict().outcome == "reset"
    assert ensure(world, reset="monday").outcome == "reset"
    second = world.kept("password")
    assert first != second == world.users["alice"]["password"]
    boxes = world.boxes
    for again in ("monday", None):
        assert account(world, reset=again).predict().outcome == "unchanged"
        assert ensure(world, reset=again).outcome == "unchanged"
    assert (world.kept("password"), world.boxes) == (second, boxes)
    assert ensure(world, reset="tuesday").outcome == "reset"


def test_the_first_password_meets_the_request():
    world = World()
    assert ensure(world, reset="monday").outcome == "created"
    assert ensure(world, reset="monday").outcome == "unchanged"


def test_a_request_goes_along_with_other_changes():
    world = World()
    ensure(world)
    world.users["alice"]["role"] = ""
    assert ensure(world, replace(ALICE, disabled=True), reset="monday").outcome == "reset"
    assert (world.users["alice"]["role"], world.users["alice"]["disabled"]) == ("Owner", True)


@pytest.mark.parametrize("life", range(8))
def test_a_killed_reset_is_done_by_the_next_run(life):
    world = World()
    ensure(world)
    with suppress(KilledError):
        ensure(world, reset="monday", life=life)
    ensure(world, reset="monday")
    assert world.kept("password") == world.users["alice"]["password"]
    assert account(world, reset="monday").predict().outcome == "unchanged"


@pytest.mark.parametrize("username", ["a", "Alice_B", "_a", "a_", "a__b", "x" * 30])
def test_every_name_gives_a_secret_s_name(username):
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", default_name(username))


def test_who_signed_up_with_the_name_while_it_was_only_begun_keeps_the_account():
    world = World()
    world.life = 4  # the Secret is made, and the account is not
    with suppress(KilledError):
        account(world).ensure(world.toolbox)
    assert world.kept("username") == "alice"
    world.life = None
    stranger = {"email": "mallory@example.net", "role": "", "approved": True, "confirmed": True, "disabled": False}
    world.users["alice"] = dict(stranger)
    with pytest.raises(Failure, match="somebody with another e-mail address"):
        account(world).ensure(world.toolbox)
    assert world.users["alice"] == stranger
