"""Every profile's numbers fit each other."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._quantity import mebibytes
from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._sizes import (
    CACHE,
    DATABASE,
    MEDIA,
    POOLER_SURGE,
    RESERVED_CONNECTIONS,
    cache_size,
    database_size,
    server_connections,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate import _cache, _database


@pytest.mark.parametrize("profile", DATABASE)
def test_pools_leave_room_for_migrations_and_administration(profile):
    size = DATABASE[profile]
    pool = {"instances": size.pooler_instances, "default_pool_size": size.pool_size, "surge": POOLER_SURGE}
    assert server_connections(pool) + RESERVED_CONNECTIONS <= size.max_connections


def test_a_rolling_update_of_the_pooler_counts_where_it_is_known():
    assert server_connections({"instances": 2, "default_pool_size": 30}) == 60
    assert server_connections({"instances": 2, "default_pool_size": 30, "surge": 1}) == 90


@pytest.mark.parametrize("profile", DATABASE)
def test_a_pooler_accepts_more_clients_than_it_opens_connections(profile):
    assert DATABASE[profile].max_clients > DATABASE[profile].pool_size


@pytest.mark.parametrize("profile", DATABASE)
def test_a_profile_is_no_mistake(profile):
    database = {f"database_{name}": value for name, value in database_size(profile).items()}
    renamed = {**database, "database_profile": profile, "database_pooler_max_clients": database["database_max_clients"]}
    assert list(_database.mistakes(renamed)) == []
    size = cache_size(profile)
    cache = {"cache_queue_memory": size["queue_memory"], "cache_volatile_memory": size["cache_memory"]}
    assert list(_cache.mistakes(cache)) == []


def test_profiles_grow_and_are_the_same_everywhere():
    assert list(DATABASE) == list(CACHE) == list(MEDIA)
    for sizes in ([mebibytes(size.memory) for size in DATABASE.values()], [mebibytes(size) for size in MEDIA.values()]):
        assert sizes == sorted(sizes)


def test_an_unknown_profile_names_the_known_ones():
    with pytest.raises(ValueError, match="single_user, small, community"):
        database_size("gigantic")
