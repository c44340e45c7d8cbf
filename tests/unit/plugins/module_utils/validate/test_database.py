"""Mistakes in the database's variables."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._database import mistakes

PASSWORD = {"name": "pg", "key": "password"}


def found(**values):
    return [(mistake.variable, mistake.problem) for mistake in mistakes(values)]


def external(**given):
    return found(database_backend="external", database_external={"host": "pg", "password_secret": PASSWORD, **given})


def test_nothing_set_is_no_mistake():
    assert found() == []
    assert found(database_profile="community", database_read_replica=False) == []
    assert found(database_read_replica="false", database_enable_pdb="false") == []


def test_values_of_a_wrong_type_are_somebody_else_s_business():
    assert found(database_instances="several", database_profile="gigantic", database_pool_size=[]) == []


@pytest.mark.parametrize(
    ("values", "variable", "problem"),
    [
        ({"database_name": "postgres"}, "database_name", "PostgreSQL's own"),
        ({"database_instances": 0}, "database_instances", "hold no database"),
        ({"database_read_replica": True, "database_pool_size": 20}, "database_read_replica", "no standby"),
        ({"database_enable_pdb": True}, "database_enable_pdb", "wait for ever"),
        ({"database_memory": "128Mi"}, "database_memory", "too little"),
        ({"database_memory": "plenty"}, "database_memory", "not an amount"),
        ({"database_pooler_instances": 0}, "database_pooler_instances", "pool nothing"),
        ({"database_parameters": {"max_connections": "5"}}, "database_parameters", "max_connections follows"),
        ({"database_parameters": {"shared_buffers": "1GB"}}, "database_parameters", "shared_buffers follows"),
    ],
)
def test_mistakes_with_cloudnativepg(values, variable, problem):
    ((named, told),) = found(**values)
    assert named == variable
    assert problem in told


@pytest.mark.parametrize(
    ("values", "too_many"),
    [
        # A pod more during a rolling update.
        ({"database_pool_size": 40}, False),
        ({"database_pool_size": 41}, True),
        ({"database_pool_size": 27, "database_pooler_instances": 2}, True),
        ({"database_pool_size": 20, "database_instances": 2, "database_read_replica": True}, False),
        ({"database_pool_size": 21, "database_instances": 2, "database_read_replica": True}, True),
        ({"database_pool_size": 500, "database_pooling": "none"}, False),
        ({"database_pool_size": 500, "database_max_connections": 1020}, False),
        ({"database_max_connections": 80}, False),
        ({"database_max_connections": 79}, True),
    ],
)
def test_server_connections_must_fit_max_connections(values, too_many):
    told = found(**values)
    assert [variable for variable, _problem in told] == (["database_pool_size"] if too_many else [])


def test_the_cure_for_too_many_connections_is_a_number_that_fits():
    (mistake,) = mistakes({"database_pool_size": 200, "database_pooler_instances": 3})
    assert "4 pooler pods at once with 200 server connections each make 800" in mistake.problem
    assert mistake.cure.startswith("set it to 20 or less")
    assert found(database_pool_size=20, database_pooler_instances=3) == []


def test_a_given_server_needs_a_host_and_a_password():
    assert external() == []
    assert [problem for _variable, problem in found(database_backend="external")] == [
        "host is not set",
        "password_secret is not set",
    ]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"host": "postgresql://pg"}, "not a bare host name"),
        ({"host": "pg:5432"}, "not a bare host name"),
        ({"pooling": "transaction"}, "cannot pass through a pooler"),
        ({"pooling": "session"}, "cannot pass through a pooler"),
        ({"pool": {"instances": 1, "default_pool_size": 5, "max_client_conn": 9}}, "without a pooler"),
        ({"sslmode": "verify-ca"}, "trusts no public authority"),
        (
            {
                "pooling": "transaction",
                "direct_port": 5433,
                "max_connections": 50,
                "pool": {"instances": 2, "default_pool_size": 40, "max_client_conn": 99},
            },
            "make 80",
        ),
    ],
)
def test_mistakes_with_a_given_server(given, problem):
    ((variable, told),) = external(**given)
    assert variable == "database_external"
    assert problem in told


def test_addresses_of_ipv6_are_hosts():
    assert external(host="2001:db8::7") == []
