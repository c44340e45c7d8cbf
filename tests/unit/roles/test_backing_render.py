"""What the backing services' roles render: the same bytes every time, without a cluster, and as it must be."""

from __future__ import annotations

import json

import pytest
import yaml
from support.backing import VARIANTS, render


@pytest.fixture(scope="module", params=VARIANTS)
def variant(request):
    return request.param


@pytest.fixture(scope="module")
def rendered(variant, tmp_path_factory):
    directory = tmp_path_factory.mktemp(variant)
    render(VARIANTS[variant], directory)
    return directory


@pytest.fixture(scope="module")
def manifests(rendered):
    return [one for file in sorted((rendered / "out").iterdir()) for one in yaml.safe_load_all(file.read_text())]


@pytest.fixture(scope="module")
def facts(rendered):
    return json.loads((rendered / "facts").read_text())


def pods(manifests):
    return [one["spec"]["template"]["spec"] for one in manifests if one["kind"] in ("Job", "StatefulSet")]


@pytest.mark.parametrize("variant", ["everything", "given"], indirect=True)
def test_the_same_inputs_give_the_same_bytes(variant, rendered):
    before = {file.name: file.read_bytes() for file in (rendered / "out").iterdir()}
    assert sorted(before) == ["cache.yaml", "database.yaml", "storage.yaml"]
    assert "changed=0" in render(VARIANTS[variant], rendered)
    assert {file.name: file.read_bytes() for file in (rendered / "out").iterdir()} == before


def test_every_object_is_the_instance_s_own(manifests):
    for manifest in manifests:
        assert manifest["metadata"]["namespace"] == "social"
        labels = manifest["metadata"]["labels"]
        assert labels["app.kubernetes.io/managed-by"] == "fediverse.mastodon"
        assert labels["app.kubernetes.io/instance"] == "social"


def test_nothing_empty_is_claimed(manifests):
    def empty(value, path):
        if value is None or value in ({}, []):
            yield path
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, child in children:
            yield from empty(child, f"{path}.{name}")

    assert [path for manifest in manifests for path in empty(manifest, manifest["kind"])] == []


def test_every_pod_is_restricted_with_a_read_only_root(manifests):
    assert pods(manifests)
    for pod in pods(manifests):
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"] is True
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]


def test_passwords_are_references_only(manifests):
    for pod in pods(manifests):
        for container in pod["containers"]:
            for variable in container["env"]:
                secret = variable["name"] in ("REDISCLI_AUTH", "SENTINEL_AUTH", "PGPASSWORD")
                assert ("valueFrom" in variable) is secret


@pytest.mark.parametrize("variant", ["default", "everything", "plain"], indirect=True)
def test_the_certificate_names_every_pooler_that_is_published(manifests, facts):
    (cluster,) = [one for one in manifests if one["kind"] == "Cluster"]
    poolers = {one["metadata"]["name"] for one in manifests if one["kind"] == "Pooler"}
    named = set(cluster["spec"].get("certificates", {}).get("serverAltDNSNames", []))
    forms = ("{}", "{}.social", "{}.social.svc", "{}.social.svc.cluster.local")
    assert named == {form.format(pooler) for pooler in poolers for form in forms}
    database = facts["database"]
    hosts = {database["host"], (database["replica"] or database)["host"]}
    # The operator names its own Services by itself.
    assert hosts - {"mastodon-database-rw", "mastodon-database-ro"} == poolers


@pytest.mark.parametrize("variant", ["default", "everything", "plain"], indirect=True)
def test_a_new_database_is_utf8_with_c_collation_and_ours(manifests):
    (cluster,) = [one for one in manifests if one["kind"] == "Cluster"]
    initdb = cluster["spec"]["bootstrap"]["initdb"]
    assert (initdb["encoding"], initdb["localeCollate"]) == ("UTF8", "C")
    assert (initdb["database"], initdb["owner"]) == ("mastodon", "mastodon")


@pytest.mark.parametrize("variant", ["default", "everything"], indirect=True)
def test_poolers_take_tls_only_and_pool_transactions(manifests):
    for pooler in (one for one in manifests if one["kind"] == "Pooler"):
        assert pooler["spec"]["pgbouncer"]["poolMode"] == "transaction"
        assert pooler["spec"]["pgbouncer"]["parameters"]["client_tls_sslmode"] == "require"


@pytest.mark.parametrize("variant", ["default", "everything", "plain"], indirect=True)
def test_the_durable_server_never_evicts_and_the_volatile_one_keeps_nothing(manifests):
    servers = {
        one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in manifests if one["kind"] == "StatefulSet"
    }
    scripts = {name: pod["containers"][0]["command"][-1] for name, pod in servers.items()}
    assert "maxmemory-policy noeviction" in scripts["mastodon-queue"]
    assert "appendonly yes" in scripts["mastodon-queue"]
    assert servers["mastodon-queue"]["volumes"][0]["persistentVolumeClaim"] == {"claimName": "mastodon-queue"}
    for name in set(servers) - {"mastodon-queue"}:
        assert "maxmemory-policy allkeys-lru" in scripts[name]
        assert "appendonly" not in scripts[name]
        assert "volumes" not in servers[name]


@pytest.mark.parametrize("variant", ["default"], indirect=True)
def test_the_published_facts(facts):
    secret = {"name": "mastodon-database-app", "key": "password"}
    assert facts["database"] == {
        "host": "mastodon-database-pooler",
        "port": 5432,
        "direct_host": "mastodon-database-rw",
        "direct_port": 5432,
        "name": "mastodon",
        "user": "mastodon",
        "password_secret": secret,
        "pooling": "transaction",
        "sslmode": "verify-full",
        "ca_secret": {"name": "mastodon-database-ca", "key": "ca.crt"},
        "max_connections": 100,
        "pool": {"max_client_conn": 500, "default_pool_size": 30, "instances": 1, "surge": 1},
        "identity": "cnpg/social/mastodon-database/mastodon",
        "replica": None,
    }
    assert facts["cache"]["sidekiq"] is None
    assert [facts["cache"][purpose]["host"] for purpose in ("base", "cache")] == ["mastodon-queue", "mastodon-cache"]
    assert facts["storage"] == {
        "backend": "pvc",
        "media_host": None,
        "former_media_hosts": [],
        "s3": None,
        "pvc": {"claim": "mastodon-media"},
    }


@pytest.mark.parametrize("variant", ["given"], indirect=True)
def test_the_published_facts_of_given_servers(facts):
    assert facts["database"]["identity"] == "postgresql/pg.example.org:5432/mastodon"
    assert facts["cache"]["base"]["sentinels"] == [{"host": "s1", "port": 26379}]
    assert facts["storage"]["media_host"] == "s3.example.org"
    assert facts["storage"]["s3"]["credentials_secret"]["name"] == "mastodon-s3"


@pytest.mark.parametrize("variant", ["plain"], indirect=True)
def test_without_a_pooler_the_application_connects_directly(facts):
    assert facts["database"]["host"] == facts["database"]["direct_host"] == "mastodon-database-rw"
    assert facts["database"]["pool"] is None
    assert facts["cache"]["cache"] is None
