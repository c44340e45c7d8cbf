"""The owner's account on a real database: made, left alone, promoted, refused, killed, two runs at once (T19-T22)."""

from __future__ import annotations

import json
import subprocess

import pytest
from support.modules import Module, run
from support.playbooks import kubectl
from support.rails import Instance, Server, until

pytestmark = pytest.mark.cluster

ALLOWED = {"email_domain_allowlist": ["example.org"]}
ROWS = (
    "SELECT a.username, u.email, r.name, u.approved, u.confirmed_at IS NOT NULL, u.encrypted_password"
    " FROM users u JOIN accounts a ON a.id = u.account_id LEFT JOIN user_roles r ON r.id = u.role_id ORDER BY u.id"
)


@pytest.fixture(scope="module")
def instance():
    server = Server.start()
    instance = Instance(server)
    done = run(
        "mastodon_migrate",
        namespace=instance.namespace,
        phase="before_rollout",
        job_template=instance.template(),
        database=instance.database,
    )
    assert not done.failed, done.output
    yield instance
    instance.remove()
    kubectl("delete", "namespace", server.namespace, "--wait=false")


@pytest.fixture(autouse=True)
def nobody(instance):
    """Before each test there are no users and no Secrets; after it no Pod is left."""
    instance.sql("DELETE FROM users")
    instance.sql("DELETE FROM accounts WHERE id > 0")
    kubectl("-n", instance.namespace, "delete", "secret", "mastodon-owner", "--ignore-not-found")
    yield
    assert [pod for pod in pods(instance) if "deletionTimestamp" not in pod["metadata"]] == []
    # The next test starts without the one that is still going.
    until(lambda: not pods(instance))


def pods(instance):
    return [pod for pod in instance.objects("pods") if pod["metadata"]["name"] == "mastodon-account"]


def options(instance, **chosen):
    return {
        "namespace": instance.namespace,
        "username": "alice",
        "email": "alice@example.org",
        "role": "Owner",
        "secret_name": "mastodon-owner",
        "job_template": instance.template(),
        **ALLOWED,
        **chosen,
    }


def account(instance, *arguments, **chosen):
    return run("mastodon_account", *arguments, **options(instance, **chosen))


def users(instance):
    return [tuple(row.split("|")) for row in instance.sql(ROWS)]


def job(instance, *command):
    """Run a command of the image to its good end, as somebody else would."""
    template = instance.template(EMAIL_DOMAIN_ALLOWLIST="example.org")
    template["metadata"] = {"generateName": "somebody-", "namespace": instance.namespace}
    template["spec"]["template"]["spec"]["containers"][0]["command"] = command
    create = ["kubectl", "create", "-o", "name", "-f", "-"]
    made = subprocess.run(create, input=json.dumps(template), text=True, check=True, stdout=subprocess.PIPE).stdout
    kubectl("-n", instance.namespace, "wait", "--for=condition=Complete", made.strip(), "--timeout=120s")


def sign_up(instance, name, email):
    job(instance, "bin/tootctl", "accounts", "create", name, "--email", email, "--confirmed")


OWNER = ("alice", "alice@example.org", "Owner", "t", "t")


def test_created_then_left_alone(instance):
    predicted = account(instance, "--check")
    assert users(instance) == []
    made = account(instance)
    assert not made.failed, made.output
    assert (made["outcome"], made["objects"]) == (predicted["outcome"], predicted["objects"])
    ((*owner, password_hash),) = users(instance)
    assert tuple(owner) == OWNER
    secret = instance.secret("mastodon-owner")
    assert (secret["username"], secret["email"]) == ("alice", "alice@example.org")
    assert secret["password"] not in made.output
    assert instance.sql("SELECT count(*) FROM users WHERE encrypted_password LIKE '%" + secret["password"] + "%'") == [
        "0"
    ]

    again = account(instance)
    assert (again["outcome"], again["changed"]) == ("unchanged", False)
    assert "Looking" not in again.output, "the database is not asked"
    rechecked = account(instance, recheck=True)
    assert (rechecked["outcome"], rechecked["changed"]) == ("unchanged", False)
    assert "Looking" in rechecked.output
    assert instance.secret("mastodon-owner") == secret
    assert users(instance) == [(*owner, password_hash)]


def test_the_password_in_the_secret_is_the_accounts(instance):
    """Proven by the application's own hash of it."""
    account(instance)
    ((*_owner, password_hash),) = users(instance)
    password = instance.secret("mastodon-owner")["password"]
    check = "import bcrypt, sys; sys.exit(not bcrypt.checkpw(sys.argv[1].encode(), sys.argv[2].encode()))"
    job(instance, "python3", "-c", check, password, password_hash)


def test_no_log_holds_the_password(instance):
    loud = run("mastodon_account", "-vvvv", **options(instance))
    assert not loud.failed
    assert instance.secret("mastodon-owner")["password"] not in loud.output


def test_an_account_that_exists_is_promoted_and_its_password_kept(instance):
    sign_up(instance, "alice", "alice@example.org")
    ((*_before, password_hash),) = users(instance)
    promoted = account(instance)
    assert promoted["outcome"] == "promoted"
    assert users(instance) == [(*OWNER, password_hash)]
    assert "password" not in instance.secret("mastodon-owner")
    assert account(instance)["changed"] is False


@pytest.mark.parametrize(
    ("name", "email", "words"),
    [
        ("alice", "other@example.org", "another e-mail address"),
        ("bob", "alice@example.org", "belongs to @bob"),
    ],
)
def test_a_conflict_names_who_is_in_the_way_and_changes_nothing(instance, name, email, words):
    sign_up(instance, name, email)
    before = users(instance)
    conflict = account(instance)
    assert conflict.failed
    assert words in conflict["msg"]
    assert users(instance) == before
    assert instance.objects("secrets") == []


def test_reserved_names_are_refused_before_anything_is_made(instance):
    refused = account(instance, username="Adm1n")
    assert refused.failed
    assert "reserves" in refused["msg"]
    assert pods(instance) == instance.objects("secrets") == []


def test_nothing_is_changed_while_everything_stands_still(instance):
    def still(stopped):
        patch = json.dumps({"data": {"stopped": stopped}})
        kubectl("-n", instance.namespace, "patch", "configmap", "mastodon-migrations", "--type=merge", "-p", patch)

    still(json.dumps({"Deployment": {"mastodon-web": {"replicas": 1}}}))
    try:
        refused = account(instance)
        assert refused.failed
        assert "mastodon-web" in refused["msg"]
        assert users(instance) == instance.objects("secrets") == []
    finally:
        still(None)


def test_a_domain_that_does_not_resolve(instance):
    refused = account(instance, email_domain_allowlist=[])
    assert refused.failed
    assert "email_domain_allowlist" in refused["msg"]
    assert users(instance) == []
    # The next run takes up what this one began.
    assert account(instance)["outcome"] == "created"


def test_a_run_killed_while_it_makes_the_account(instance):
    killed = Module("mastodon_account", **options(instance))
    until(lambda: instance.objects("secrets"))
    killed.kill()
    assert pods(instance) != [], "the killed run left its Pod"
    finished = account(instance)
    assert finished["outcome"] == "created", finished.output
    assert "waiting until it is idle" in finished.output
    ((*owner, _hash),) = users(instance)
    assert tuple(owner) == OWNER
    assert instance.secret("mastodon-owner")["password"]
    assert account(instance)["changed"] is False


def test_two_runs_at_once_make_one_account(instance):
    runs = [Module("mastodon_account", **options(instance)) for _ in range(2)]
    finished = [each.finish() for each in runs]
    assert sorted(done["outcome"] for done in finished) == ["created", "unchanged"], [done.output for done in finished]
    assert len(users(instance)) == 1


def test_our_own_account_gets_a_new_address(instance):
    account(instance)
    password = instance.secret("mastodon-owner")["password"]
    moved = account(instance, email="new@example.org")
    assert moved["outcome"] == "promoted"
    assert users(instance)[0][1] == "new@example.org"
    assert instance.secret("mastodon-owner") == {"username": "alice", "email": "new@example.org", "password": password}


def test_another_account_gets_a_role_a_lock_and_a_new_password(instance):
    wish = {"username": "bob_b", "email": "bob@example.org", "secret_name": None}
    made = account(instance, **wish, role=None)
    assert (made["outcome"], made["secret"]) == ("created", "mastodon-bob-b-account")
    first = instance.secret("mastodon-bob-b-account")["password"]
    assert users(instance)[0][:5] == ("bob_b", "bob@example.org", "", "t", "t")
    promoted = account(instance, **wish, role="Moderator", disabled=True)
    assert promoted["outcome"] == "promoted"
    ((*bob, password_hash),) = users(instance)
    assert tuple(bob) == ("bob_b", "bob@example.org", "Moderator", "t", "t")
    assert instance.sql("SELECT disabled FROM users") == ["t"]

    locked = {**wish, "role": "Moderator", "disabled": True, "reset_password": "monday"}
    reset = account(instance, **locked)
    assert reset["outcome"] == "reset"
    second = instance.secret("mastodon-bob-b-account")["password"]
    assert second != first
    assert second not in reset.output
    assert users(instance)[0][-1] != password_hash
    assert account(instance, **locked)["changed"] is False
    account(instance, **wish, role="", disabled=False)
    assert users(instance)[0][2] == ""
    kubectl("-n", instance.namespace, "delete", "secret", "mastodon-bob-b-account")
