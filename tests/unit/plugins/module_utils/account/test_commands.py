"""The commands, and what their output says and must never give away (T21)."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._account import _commands
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._decision import Seen, User, Wanted
from ansible_collections.fediverse.mastodon.plugins.module_utils._account._pod import ALLOWLIST, toolbox_pod
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure

ALICE = Wanted("alice", "alice@example.org", "Owner")
PASSWORD = "0123456789abcdef0123456789abcdef"


def test_a_new_account_is_confirmed_and_approved():
    assert _commands.create(ALICE)[-4:] == ["--role", "Owner", "--confirmed", "--approve"]
    plain = Wanted("bob", "bob@example.org", None, approved=False, confirmed=False)
    assert _commands.create(plain)[3:] == ["bob", "--email", "bob@example.org"]


def test_what_was_seen_is_found_between_noise():
    line = (
        'fediverse.mastodon account: {"account":true,"user":{"email":"a@b.c","role":"Owner","approved":true,'
        '"confirmed":false,"disabled":true},"holder":"alice"}'
    )
    output = f"warning: something\n{line}\nmore\n"
    assert _commands.seen(output) == Seen(
        True, User("a@b.c", "Owner", approved=True, confirmed=False, disabled=True), "alice"
    )
    empty = 'fediverse.mastodon account: {"account":false,"user":null,"holder":null}'
    assert _commands.seen(empty) == Seen(False, None, None)


def test_the_password_is_found():
    assert _commands.password(f"OK\nNew password: {PASSWORD}\n") == PASSWORD
    assert _commands.password(f"noise\r\nNew password: {PASSWORD}\r\n") == PASSWORD


@pytest.mark.parametrize("parse", [_commands.seen, lambda output: _commands.password(output.replace("New p", "The p"))])
def test_no_failure_tells_the_password(parse):
    with pytest.raises(Failure) as failure:
        parse(f"some words\nNew password: {PASSWORD}\n")
    assert PASSWORD not in str(failure.value)
    assert "some words" in str(failure.value)


def test_a_refusal_tells_its_reason_and_not_the_password():
    text = _commands.refusal(f"New password: {PASSWORD}\nThe chosen name is taken", ALICE)
    assert PASSWORD not in text
    assert "taken" in text


@pytest.mark.parametrize(
    "say",
    [_commands.seen, _commands.password, lambda output: _commands.refusal(output, ALICE)],
    ids=["look", "password", "refusal"],
)
def test_no_failure_tells_a_credential_of_the_configuration(say):
    line = "could not connect to postgres://mastodon:s3cr3t@database/mastodon"
    try:
        text = say(f"{line}\nREDIS_URL=redis://:s3cr3t@queue:6379/0\n")
    except Failure as failure:
        text = str(failure)
    assert "s3cr3t" not in text
    assert "postgres://mastodon:(hidden)@database" in text


def test_a_domain_that_does_not_resolve_has_a_cure():
    assert "add it to email_domain_allowlist" in _commands.refusal("email\n  unreachable", ALICE)
    assert "email_domain_allowlist" not in _commands.refusal("email\n  taken", ALICE)


def template(**container):
    pod = {"spec": {"containers": [{"name": "job", "image": "i", **container}]}}
    return {"spec": {"template": {"metadata": {"labels": {"mine": "yes"}}, **pod}}}


def test_the_pod_only_waits_and_ends_by_itself():
    pod = toolbox_pod(template(args=["left over"]), "social")
    (container,) = pod["spec"]["containers"]
    assert container["command"][0] == "sleep"
    assert "args" not in container
    assert pod["spec"]["restartPolicy"] == "Never"
    assert pod["spec"]["activeDeadlineSeconds"] > 0
    assert pod["metadata"]["labels"].items() >= {"mine": "yes", "app.kubernetes.io/instance": "social"}.items()


def test_the_allowlist_is_in_this_pod_and_not_in_the_template():
    given = template(env=[{"name": ALLOWLIST, "value": "old.example"}, {"name": "DB_HOST", "value": "rw"}])
    env = toolbox_pod(given, "social", ["a.example", "b.example"])["spec"]["containers"][0]["env"]
    assert env == [{"name": "DB_HOST", "value": "rw"}, {"name": ALLOWLIST, "value": "a.example|b.example"}]
    assert given["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] == "old.example"
    assert "env" not in toolbox_pod(template(), "social")["spec"]["containers"][0]


@pytest.mark.parametrize("broken", [{}, {"spec": {"template": {"spec": {"containers": []}}}}])
def test_a_template_without_a_container(broken):
    with pytest.raises(Failure, match="app_job_template"):
        toolbox_pod(broken, "social")
