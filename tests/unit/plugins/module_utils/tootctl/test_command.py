"""Which commands run, which want to be repeated, and which are refused with a cure."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._command import parsed
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._permit import permit
from ansible_collections.fediverse.mastodon.plugins.module_utils._tootctl._tootctl_rules import RULES

HARMLESS = [
    "tootctl version",
    "tootctl --version",
    "tootctl help accounts",
    "tootctl accounts help delete",
    "bin/tootctl media usage",
    "tootctl ip_blocks export --format nginx",
    "rails db:version",
    "rails db:migrate:status",
    "rails db:abort_if_pending_migrations db:version",
    "rails RAILS_LOG_LEVEL=debug db:version PAGER= --trace",
    "tootctl accounts delete bob --dry-run",
    "tootctl media remove-orphans --dry-run --prefix cache",
    "tootctl media remove --dry-run",
]
WORKING = [
    "tootctl media remove --days 30",
    "tootctl accounts modify alice --role Moderator",
    "tootctl accounts approve bob",
    "tootctl settings registrations open",
    "tootctl search deploy --only-mapping",
    "tootctl feeds build --all",
]
DESTROYING = [
    "tootctl accounts delete bob",
    "tootctl accounts delete bob --no-dry-run",
    "tootctl accounts delete bob --dry-run=false",
    "tootctl accounts delete bob --dry-run false",
    "tootctl accounts delete bob --dry-run --no-dry-run",
    "tootctl accounts delete bob --dry-run --dry_run=false",
    "tootctl domains purge -- --dry-run example.org",
    "tootctl accounts approve --all",
    "tootctl accounts approve --number 5",
    "tootctl accounts approve -n5",
    "tootctl accounts cull",
    "tootctl accounts reset-relationships bob --follows",
    "tootctl accounts reset_relationships bob --follows",
    "tootctl domains purge example.org",
    "tootctl emoji purge",
    # It has no such option.
    "tootctl emoji purge --dry-run",
    "tootctl media remove --prune-profiles",
    "tootctl media remove --days 3 --remove_headers=true",
    "tootctl media remove-orphans",
    "tootctl statuses remove",
    "rails db:drop",
    "rails db:reset",
    "rails db:schema:load",
    "rails db:version db:drop",
    "rails DISABLE_DATABASE_ENVIRONMENT_CHECK=1 db:drop",
    "rails 'db:migrate:down[1]'",
    "rails db:migrate",
    "rails runner 'puts 1'",
    # Both programs take abbreviations and grow new commands.
    "tootctl accounts del bob",
    "tootctl acc delete bob",
    "tootctl novelty now",
    "tootctl --verbose accounts delete bob",
    "rails novelty:task",
    # Options of rake that run or load Ruby, in each form that rake takes.
    "rails db:version -e 'a=1; User.delete_all'",
    "rails db:version '-ea=1; User.delete_all'",
    "rails db:version '--execute=a=1; User.delete_all'",
    "rails db:version --execute-continue 'A=1'",
    "rails db:version -E 'A=1'",
    "rails db:version -p 'A=1'",
    "rails db:version -r /tmp/uploaded",
    "rails db:version --rakefile=/tmp/uploaded",
    "rails -e 'A=1'",
    "rails db:version -- db:drop",
    "rails db:version lower=case",
]
ATTENDED = [
    "tootctl self-destruct",
    "tootctl maintenance fix-duplicates",
    "tootctl emoji import pack.tar.gz",
    "rails console",
    "rails dbconsole",
    "rails runner -",
    "rails mastodon:setup",
]
TELLING = [
    "tootctl accounts create bob --email bob@example.org",
    "tootctl accounts modify bob --reset-password",
    "tootctl accounts modify bob --reset_password=true",
    "rails db:encryption:init",
    "rails db:version mastodon:webpush:generate_vapid_key",
]


def refusal(text, confirm=None):
    with pytest.raises(Failure) as failure:
        permit(parsed(text), "social", confirm)
    return str(failure.value)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_reads_runs_and_is_no_change(text):
    permit(parsed(text), "social", None)
    assert not parsed(text).changes


@pytest.mark.parametrize("text", WORKING)
def test_what_works_runs_and_is_a_change(text):
    permit(parsed(text), "social", None)
    assert parsed(text).changes


@pytest.mark.parametrize("text", DESTROYING)
def test_what_cannot_be_undone_wants_to_be_repeated_exactly(text):
    told = refusal(text)
    assert text in told.partition("exactly: ")[2]
    assert "Nothing was run" in told
    assert "repeat the command in tootctl_confirm (of the module: confirm), exactly" in told
    for other in ("", "yes", text + " ", text.upper(), "tootctl accounts delete alice"):
        assert "exactly" in refusal(text, other)
    assert "tootctl_confirm (of the module: confirm) says something else: 'yes'" in refusal(text, "yes")
    permit(parsed(text), "social", text)
    assert parsed(text).changes


@pytest.mark.parametrize("text", ATTENDED)
def test_what_needs_an_answer_is_refused_whatever_is_confirmed(text):
    for confirm in (None, text):
        assert "kubectl -n social exec -it deployment/mastodon-web -- bin/" in refusal(text, confirm)


@pytest.mark.parametrize("text", TELLING)
def test_what_prints_a_secret_is_refused_whatever_is_confirmed(text):
    for confirm in (None, text):
        assert "use the module mastodon_account" in refusal(text, confirm) or "mastodon_secret_gen" in refusal(text)


@pytest.mark.parametrize("text", ["media usage", "sh -c ls", "tootctl", "rails", "tootctl 'media"])
def test_what_is_no_command(text):
    with pytest.raises(Failure, match=r"write it like|divided into words"):
        parsed(text)


@pytest.mark.parametrize("text", ["", "  "])
def test_no_command_is_told_as_such(text):
    with pytest.raises(Failure, match="no command is given"):
        parsed(text)


def test_words_are_divided_as_a_shell_does():
    assert parsed("rails runner 'puts \"a b\"' c").argv == ("bin/rails", "runner", 'puts "a b"', "c")


def test_rules_are_spelled_as_they_are_looked_up():
    assert [name for name in RULES if "-" in name] == []
