"""The mark of keys that no database was used with yet: set when they are made, kept, and taken away by consent."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets import _new_keys
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._keep import Keeper
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._plan import Wanted
from ansible_collections.fediverse.mastodon.plugins.module_utils._secrets._refusal import Consent

VALKEY = Wanted("mastodon-valkey", ("password",))
KEYS = Wanted("mastodon-secrets", ("SECRET_KEY_BASE",))
MORE = Wanted(
    "mastodon-secrets",
    (
        "SECRET_KEY_BASE",
        "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY",
        "ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY",
        "ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT",
    ),
)


class Cluster:
    """Secrets, and nothing else in the namespace."""

    def __init__(self):
        self.secrets = {}

    def get(self, _version, _kind, name, _namespace):
        return self.secrets.get(name)

    def list(self, *_of):
        return []

    def create(self, manifest, *, dry_run):
        manifest = {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": "1"}}
        return self._keep(manifest, dry_run=dry_run)

    def patch(self, _version, _kind, name, _namespace, patch, *, dry_run=False):
        live = self.secrets[name]
        annotations = {**live["metadata"].get("annotations", {}), **patch["metadata"].get("annotations", {})}
        kept = {key: value for key, value in annotations.items() if value is not None}
        metadata = {**live["metadata"], **patch["metadata"], "annotations": kept}
        data = {**live["data"], **patch.get("data", {})}
        return self._keep({**live, "metadata": metadata, "data": data}, dry_run=dry_run)

    def _keep(self, secret, *, dry_run):
        if not dry_run:
            self.secrets[secret["metadata"]["name"]] = secret
        return secret


def keep(cluster, wish, *, lose=False, check_mode=False):
    consent = Consent("social" if lose else "")
    (report,) = Keeper(cluster, "social", consent, check_mode=check_mode).keep([wish])
    return report.action


def marked(cluster, wish=KEYS):
    return _new_keys.marked(cluster.secrets[wish.name])


def test_new_keys_are_marked_until_they_are_in_use():
    cluster = Cluster()
    assert keep(cluster, KEYS) == "created"
    assert marked(cluster) == ("SECRET_KEY_BASE",)
    assert keep(cluster, KEYS) == "unchanged"
    assert marked(cluster) == ("SECRET_KEY_BASE",), "a run that was killed leaves the mark to the next"
    _new_keys.forget(cluster, "social", KEYS.name)
    assert marked(cluster) == ()
    assert keep(cluster, KEYS) == "unchanged"
    assert marked(cluster) == ()


def test_keys_that_are_added_are_marked_beside_the_others():
    cluster = Cluster()
    keep(cluster, KEYS)
    assert keep(cluster, MORE) == "changed"
    assert set(marked(cluster)) == set(MORE.keys)


def test_a_password_has_nothing_to_do_with_the_database():
    cluster = Cluster()
    keep(cluster, VALKEY)
    assert marked(cluster, VALKEY) == ()


@pytest.mark.parametrize("check_mode", [True, False])
def test_consent_takes_the_mark_away(check_mode):
    cluster = Cluster()
    keep(cluster, KEYS)
    assert keep(cluster, KEYS, lose=True, check_mode=check_mode) == "changed"
    assert (marked(cluster) == ()) is not check_mode
    if not check_mode:
        assert keep(cluster, KEYS, lose=True) == "unchanged"


def test_with_consent_no_mark_is_made():
    cluster = Cluster()
    keep(cluster, KEYS, lose=True)
    assert marked(cluster) == ()
    assert _new_keys.ANNOTATION not in str(cluster.secrets)


def test_keys_of_the_users_own_are_not_marked():
    cluster = Cluster()
    keep(cluster, KEYS)
    cluster.secrets[KEYS.name]["metadata"]["annotations"] = {}
    assert keep(cluster, KEYS) == "changed", "their fingerprints are noted"
    assert marked(cluster) == ()


def test_where_a_container_takes_the_keys_from():
    reference = {"secretKeyRef": {"name": "mine", "key": "a"}}
    env = [{"name": "DB_HOST", "value": "rw"}, {"name": "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY", "valueFrom": reference}]
    assert _new_keys.secret_of({"env": env}) == "mine"
    assert _new_keys.secret_of({"env": [{"name": "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY", "value": "x"}]}) is None
    assert _new_keys.secret_of({}) is None
