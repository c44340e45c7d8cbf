"""The database as each process needs it: the pooler or the server itself, and TLS in the words of libpq or of Node."""

from __future__ import annotations

import pytest

CA = "/etc/mastodon/ca/database/ca.crt"
TRUSTED = "/etc/mastodon/ca/trusted/ca.crt"
RAILS = ("web", "sidekiq-work", "sidekiq-scheduler", "job")


def test_only_jobs_pass_by_the_pooler(environments):
    built = environments()
    assert {name: one.values["DB_HOST"] for name, one in built.items()} == {
        "web": "pooler",
        "streaming": "pooler",
        "sidekiq-work": "pooler",
        "sidekiq-scheduler": "pooler",
        "job": "primary",
    }
    assert (built["web"].values["DB_PORT"], built["job"].values["DB_PORT"]) == ("6432", "5432")


def test_the_password_is_a_reference_everywhere(environments, database):
    for environment in environments().values():
        assert environment.secret_refs["DB_PASS"] == database["password_secret"]


@pytest.mark.parametrize(("pooling", "prepared"), [("transaction", "false"), ("session", "true"), ("none", "true")])
def test_statements_are_prepared_unless_a_transaction_pooler_forgets_them(environments, database, pooling, prepared):
    built = environments(app_database={**database, "pooling": pooling})
    assert built["web"].values["PREPARED_STATEMENTS"] == built["sidekiq-work"].values["PREPARED_STATEMENTS"] == prepared
    assert "PREPARED_STATEMENTS" not in built["job"].values
    assert "PREPARED_STATEMENTS" not in built["streaming"].values


# libpq's mode, whether there is an authority, streaming's mode, streaming's and Rails' authority (mastodon.md 5.4).
MODES = [
    ("disable", False, "disable", None, None),
    ("disable", True, "disable", None, None),
    ("allow", False, "disable", None, None),
    ("prefer", False, "disable", None, None),
    ("prefer", True, "disable", None, CA),
    ("require", False, "no-verify", None, None),
    ("require", True, "verify-full", CA, CA),
    ("verify-ca", True, "verify-full", CA, CA),
    ("verify-full", True, "verify-full", CA, CA),
    ("verify-full", False, "verify-full", None, "system"),
]


@pytest.mark.parametrize("case", MODES, ids=str)
def test_every_mode_of_tls(environments, database, case):
    mode, authority, node_mode, node_ca, rails_ca = case
    changed = {**database, "sslmode": mode, "ca_secret": database["ca_secret"] if authority else None}
    built = environments(app_database=changed)
    streaming = built["streaming"]
    assert (streaming.values["DB_SSLMODE"], streaming.values.get("NODE_EXTRA_CA_CERTS")) == (node_mode, node_ca)
    assert ("ca-database" in streaming.mounts) is bool(node_ca)
    assert "PGSSLROOTCERT" not in streaming.values
    for name in RAILS:
        assert (built[name].values["DB_SSLMODE"], built[name].values.get("PGSSLROOTCERT")) == (mode, rails_ca)
        assert ("ca-database" in built[name].mounts) is (rails_ca == CA)


def test_streaming_never_reads_what_libpq_does_not_know_and_rails_never_what_node_invented(environments, database):
    for mode, authority, *_rest in MODES:
        changed = {**database, "sslmode": mode, "ca_secret": database["ca_secret"] if authority else None}
        built = environments(app_database=changed)
        assert all(built[name].values["DB_SSLMODE"] != "no-verify" for name in RAILS)
        assert "NODE_EXTRA_CA_CERTS" not in built["web"].values


def test_streaming_s_mode_may_be_chosen(environments):
    built = environments(app_streaming_sslmode="no-verify")
    assert built["streaming"].values["DB_SSLMODE"] == "no-verify"
    assert built["web"].values["DB_SSLMODE"] == "verify-full"
    assert built["streaming"].mounts == {}


def test_two_authorities_of_streaming_stand_in_two_places(environments, database):
    built = environments(app_trusted_ca_secret={"name": "own", "key": "ca"}, app_database={**database, "user": "a@b"})
    streaming = built["streaming"].values
    assert streaming["NODE_EXTRA_CA_CERTS"] == TRUSTED
    assert streaming["DATABASE_URL"] == f"postgresql://a%40b@pooler:6432/mastodon?sslmode=verify-full&sslrootcert={CA}"
    assert sorted(built["streaming"].mounts) == ["ca-database", "ca-trusted"]
    assert built["web"].values["SSL_CERT_FILE"] == TRUSTED
    assert "DATABASE_URL" not in built["web"].values


def test_one_authority_for_both_is_one_file(environments, database):
    built = environments(app_trusted_ca_secret=database["ca_secret"])["streaming"]
    assert "DATABASE_URL" not in built.values
    assert built.values["NODE_EXTRA_CA_CERTS"] == CA


def test_no_replica_is_no_variable_at_all(environments):
    for environment in environments().values():
        assert not [name for name in environment.values if name.startswith("REPLICA")]


@pytest.mark.parametrize(("pooling", "prepared"), [("transaction", "false"), ("none", "true")])
def test_a_replica_is_read_by_web_and_sidekiq(environments, database, pooling, prepared):
    replica = {"host": "standby", "port": 5433}
    built = environments(app_database={**database, "pooling": pooling, "replica": replica})
    for name in ("web", "sidekiq-work"):
        told = {key: value for key, value in built[name].values.items() if key.startswith("REPLICA")}
        assert told == {
            "REPLICA_DB_HOST": "standby",
            "REPLICA_DB_PORT": "5433",
            "REPLICA_PREPARED_STATEMENTS": prepared,
            "REPLICA_DB_TASKS": "false",
        }
    for name in ("job", "streaming"):
        assert not [key for key in built[name].values if key.startswith("REPLICA")]
