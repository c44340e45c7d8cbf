"""How long migration Jobs may take and are kept."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._app_migration import mistakes


@pytest.mark.parametrize(
    ("values", "variables"),
    [
        ({}, []),
        ({"app_migration_ttl": None, "app_migration_deadline": 14400}, []),
        ({"app_migration_ttl": 300}, []),
        ({"app_migration_ttl": 0}, ["app_migration_ttl"]),
        ({"app_migration_ttl": 299, "app_migration_deadline": 0}, ["app_migration_ttl", "app_migration_deadline"]),
        ({"app_migration_ttl": "soon"}, []),
    ],
)
def test_jobs_outlive_the_run_that_records_them(values, variables):
    assert [mistake.variable for mistake in mistakes(values)] == variables
