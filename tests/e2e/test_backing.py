"""The backing services on real CloudNativePG, Valkey and S3: made here, then taken as servers of one's own."""

from __future__ import annotations

import base64
import json
import ssl
import uuid

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._addresses import parse_overrides
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._bucket import read_policy
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._client import Credentials, Store
from ansible_collections.fediverse.mastodon.plugins.module_utils._s3._reach import Reach
from support.playbooks import ROOT, kubectl, objects, playbook

pytestmark = pytest.mark.cluster

OWN, TAKEN = "backing-own", "backing-taken"
# Every character that a shell, a configuration file or a URL could stumble over.
PASSWORD = 'it\'s "quoted" $HOME \\n #1 %s'
BUCKET = f"backing-{uuid.uuid4().hex[:8]}"
S3 = {
    "storage_backend": "s3",
    "storage_endpoint": "http://s3.bed-s3.svc:7070",
    "storage_bucket": BUCKET,
    "storage_bucket_create": True,
}
# The same server, as one of somebody else's.
EXTERNAL = {
    "host": "mastodon-database-rw",
    "password_secret": {"name": "mastodon-database-app", "key": "password"},
    "ca_secret": {"name": "mastodon-database-ca", "key": "ca.crt"},
}
OWN_INPUTS = {"mastodon_local_domain": "social.test", "mastodon_namespace": OWN, **S3}


def secret(namespace, name, **values):
    literals = [f"--from-literal={key}={value}" for key, value in values.items()]
    kubectl("-n", namespace, "create", "secret", "generic", name, *literals)


def value(namespace, name, key):
    path = key.replace(".", r"\.")
    encoded = kubectl("-n", namespace, "get", "secret", name, "-o", f"jsonpath={{.data.{path}}}")
    return base64.b64decode(encoded).decode()


def shell(pod, script, container=None):
    return kubectl(
        "-n", OWN, "exec", pod, *(["-c", container] if container else []), "--", "sh", "-euc", script
    ).strip()


def namespace(name):
    kubectl("delete", "namespace", name, "--ignore-not-found")
    kubectl("create", "namespace", name)
    kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    secret(name, "mastodon-valkey", password=PASSWORD)
    secret(name, "mastodon-s3", AWS_ACCESS_KEY_ID="bed-access-key", AWS_SECRET_ACCESS_KEY="bed-secret-key")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("backing")


@pytest.fixture(scope="module")
def run(scratch):
    def run(inputs, *arguments):
        book, images = ROOT / "tests/support/backing.yml", ROOT / "tests/support/test_cluster.yml"
        published = f"published_path={scratch}/published.json"
        return playbook(str(book), {"one": inputs}, scratch, f"-e@{images}", "-e", published, *arguments)

    return run


@pytest.fixture(scope="module")
def fresh():
    namespace(OWN)
    yield
    kubectl("delete", "namespace", OWN, "--ignore-not-found", "--wait=false")


@pytest.fixture(scope="module")
def predicted(fresh, run):
    return run(OWN_INPUTS, "--check")


@pytest.fixture(scope="module")
def own(predicted, run):
    done = run(OWN_INPUTS, "-vvvv", "--diff")
    assert done.code == 0, done.output[-5000:]
    return done


@pytest.fixture(scope="module")
def facts(own, scratch):
    return json.loads((scratch / "published.json").read_text())


def test_check_mode_predicts_the_first_run(predicted, own):
    assert predicted.code == 0, predicted.output[-5000:]
    assert predicted.changed_objects == own.changed_objects
    assert predicted.changed_tasks == own.changed_tasks


def test_the_second_run_changes_nothing(own, run):
    again = run(OWN_INPUTS)
    assert again.code == 0, again.output[-5000:]
    assert again.changed_tasks == []


def test_no_password_shows_at_any_verbosity(own):
    database = value(OWN, "mastodon-database-app", "password")
    for password in (PASSWORD, "bed-secret-key", database):
        for form in (password, base64.b64encode(password.encode()).decode(), json.dumps(password)[1:-1]):
            assert form not in own.output


def test_no_password_stands_in_an_object_or_on_a_command_line(own):
    kinds = (
        "configmaps,services,statefulsets,deployments,jobs,pods,clusters.postgresql.cnpg.io,poolers.postgresql.cnpg.io"
    )
    text = kubectl("-n", OWN, "get", kinds, "-o", "json")
    assert json.dumps(PASSWORD)[1:-1] not in text
    assert "bed-secret-key" not in text
    for pod in ("mastodon-queue-0", "mastodon-cache-0"):
        assert "quoted" not in shell(pod, "cat /proc/1/cmdline; valkey-cli CONFIG GET requirepass; valkey-cli ACL LIST")


def test_the_new_database_is_utf8_with_c_collation_and_the_application_s(own):
    query = "select pg_encoding_to_char(encoding), datcollate, pg_get_userbyid(datdba) from pg_database"
    found = shell("mastodon-database-1", f"psql -At -c \"{query} where datname = 'mastodon'\"", "postgres")
    assert found == "UTF8|C|mastodon"


def test_letters_are_folded_in_every_language(own):
    assert (
        shell("mastodon-database-1", "psql -At mastodon -c \"select lower('ÄRGER ŁÓDŹ')\"", "postgres") == "ärger łódź"
    )


def psql(url, sslmode):
    password = value(OWN, "mastodon-database-app", "password")
    authority = "/controller/certificates/server-ca.crt"
    settings = f"host={url} user=mastodon dbname=mastodon sslmode={sslmode} sslrootcert={authority}"
    script = f"PGPASSWORD='{password}' psql -At \"{settings}\" -c 'select current_user' 2>&1 || true"
    return shell("mastodon-database-1", script, "postgres")


@pytest.mark.parametrize("form", ["{}", "{}.{ns}", "{}.{ns}.svc", "{}.{ns}.svc.cluster.local"])
def test_tls_verifies_in_full_under_every_published_name(facts, form):
    for host in (facts["database"]["host"], facts["database"]["direct_host"]):
        assert psql(form.format(host, ns=OWN), facts["database"]["sslmode"]) == "mastodon"


def test_the_pooler_refuses_plain_text(facts):
    assert "SSL required" in psql(facts["database"]["host"], "disable")


def test_scripts_may_use_keys_they_did_not_declare(own):
    script = "return redis.call('SET', 'undeclared', 'yes')"
    assert shell("mastodon-queue-0", f'valkey-cli -e EVAL "{script}" 0') == "OK"


@pytest.mark.parametrize(
    ("pod", "policy", "log"), [("mastodon-queue-0", "noeviction", "1"), ("mastodon-cache-0", "allkeys-lru", "0")]
)
def test_what_may_be_forgotten(own, pod, policy, log):
    info = dict(line.split(":", 1) for line in shell(pod, "valkey-cli INFO").splitlines() if ":" in line)
    limit = int(
        shell(pod, "cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes")
    )
    assert info["maxmemory_policy"].strip() == policy
    assert info["aof_enabled"].strip() == log
    assert 0 < int(info["maxmemory"]) < limit


def test_a_wrong_password_is_refused(own):
    assert "WRONGPASS" in shell("mastodon-queue-0", "REDISCLI_AUTH=wrong valkey-cli PING 2>&1")
    assert "NOAUTH" in shell("mastodon-queue-0", "REDISCLI_AUTH= valkey-cli PING 2>&1")


def test_jobs_survive_the_loss_of_the_server_s_pod(own):
    shell("mastodon-queue-0", "valkey-cli -e LPUSH queue:default job")
    kubectl("-n", OWN, "delete", "pod", "mastodon-queue-0", "mastodon-cache-0")
    kubectl("-n", OWN, "rollout", "status", "statefulset/mastodon-queue", "--timeout=120s")
    kubectl("-n", OWN, "wait", "pod/mastodon-queue-0", "--for=condition=Ready", "--timeout=120s")
    assert shell("mastodon-queue-0", "valkey-cli -e LRANGE queue:default 0 -1") == "job"


def test_pods_meet_the_restricted_standard_with_a_read_only_root(own):
    pods = objects("pods", OWN)
    assert pods
    for pod in pods:
        for container in pod["spec"]["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, pod["metadata"]["name"]


def test_what_a_live_database_was_made_from_is_left_alone(own, run):
    before = objects("clusters.postgresql.cnpg.io", OWN)[0]["spec"]["bootstrap"]
    done = run({**OWN_INPUTS, "database_locale_ctype": "C"})
    assert done.code == 0, done.output[-5000:]
    assert done.changed_tasks == []
    assert objects("clusters.postgresql.cnpg.io", OWN)[0]["spec"]["bootstrap"] == before


def test_another_name_for_a_live_database_stops_the_run(own, run):
    done = run({**OWN_INPUTS, "database_name": "renamed"})
    assert done.code != 0
    assert "Set database_name: mastodon" in done.output


def test_a_changed_media_host_is_proven_and_the_former_one_remembered(own, run, scratch):
    address = kubectl("-n", "bed-s3", "get", "service", "s3", "-o", "jsonpath={.spec.clusterIP}")
    inputs = {
        **OWN_INPUTS,
        "storage_alias_host": f"files.social.test:7070/{BUCKET}",
        "storage_tuning": {"protocol": "http"},
        "storage_resolve": [f"files.social.test:7070:{address}"],
    }
    done = run(inputs)
    assert done.code == 0, done.output[-5000:]
    assert done.changed_objects == {"ConfigMap mastodon-storage": "changed"}
    assert "were read from s3.bed-s3.svc:7070 before" in done.output
    storage = json.loads((scratch / "published.json").read_text())["storage"]
    assert (storage["media_host"], storage["former_media_hosts"]) == ("files.social.test:7070", ["s3.bed-s3.svc:7070"])
    assert run(inputs).changed_tasks == []


@pytest.fixture
def open_bucket():
    """A bucket as an inattentive administrator might have made it: everyone may list it, and no page may read it."""
    address = kubectl("-n", "bed-s3", "get", "service", "s3", "-o", "jsonpath={.spec.clusterIP}")
    reach = Reach(parse_overrides([f"s3.bed-s3.svc:7070:{address}"]), ssl.create_default_context(), 10, None)
    key = Credentials("bed-access-key", "bed-secret-key")
    store = Store(reach, key, S3["storage_endpoint"], "us-east-1", f"{BUCKET}-open")
    policy = read_policy(store.bucket)
    listing = {"Action": ["s3:ListBucket"], "Resource": [f"arn:aws:s3:::{store.bucket}"]}
    policy["Statement"].append({**policy["Statement"][0], "Sid": "Oops", **listing})
    assert store.signed("PUT").status == 200
    assert store.signed("PUT", query="policy", body=json.dumps(policy).encode()).status in (200, 204)
    yield store.bucket
    store.signed("DELETE")


def test_a_bucket_that_everyone_may_list_is_refused_with_every_cure(own, run, open_bucket):
    inputs = {**OWN_INPUTS, "storage_bucket": open_bucket, "storage_bucket_create": False}
    done = run(inputs)
    assert done.code != 0
    assert "1. anonymous list at the store: expected 403, got 200 with a listing" in done.failures
    assert "s3:ListBucket" in done.failures
    assert "no Access-Control-Allow-Origin" in done.failures
    # What this role may mend it mends when told, and only that.
    done = run({**inputs, "storage_bucket_configure": "always"})
    assert "no Access-Control-Allow-Origin" not in done.failures
    assert "got 200 with a listing" in done.failures


@pytest.fixture(scope="module")
def taken(own, run):
    """Another instance, for which the first one's servers are servers of its own."""
    namespace(TAKEN)
    secret(TAKEN, "pg", password=value(OWN, "mastodon-database-app", "password"))
    secret(TAKEN, "pg-ca", **{"ca.crt": value(OWN, "mastodon-database-ca", "ca.crt")})
    inputs = {
        "mastodon_local_domain": "taken.test",
        "mastodon_namespace": TAKEN,
        **S3,
        "storage_key_prefix": "taken",
        "database_backend": "external",
        "database_external": {
            "host": f"mastodon-database-pooler.{OWN}.svc",
            "pooling": "transaction",
            "direct_host": f"mastodon-database-rw.{OWN}.svc.cluster.local",
            "password_secret": {"name": "pg", "key": "password"},
            "ca_secret": {"name": "pg-ca", "key": "ca.crt"},
        },
        "cache_backend": "external",
        "cache_external": {
            "base": {
                "host": f"mastodon-queue.{OWN}.svc",
                "password_secret": {"name": "mastodon-valkey", "key": "password"},
            },
            "cache": {
                "host": f"mastodon-cache.{OWN}.svc",
                "password_secret": {"name": "mastodon-valkey", "key": "password"},
            },
        },
    }
    yield inputs, run(inputs)
    kubectl("delete", "namespace", TAKEN, "--ignore-not-found", "--wait=false")


def test_servers_of_one_s_own_are_inspected_and_taken(taken, run):
    inputs, first = taken
    assert first.code == 0, first.output[-5000:]
    jobs = {job["metadata"]["name"].rpartition("-")[0] for job in objects("jobs", TAKEN)}
    assert jobs == {"mastodon-database-inspection", "mastodon-cache-check"}
    assert objects("statefulsets", TAKEN) == []
    assert run(inputs).changed_tasks == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        # The certificate does not name an address.
        ({"database_external": {"host": "{database_ip}", "direct_host": None, "pooling": None}}, "certificate"),
        # A server that evicts, where jobs are to be kept.
        ({"cache_external": {"sidekiq": {"host": f"mastodon-cache.{OWN}.svc"}}}, "maxmemory-policy is allkeys-lru"),
    ],
)
def test_a_server_that_is_not_fit_is_refused_with_the_reason(taken, run, changes, message):
    inputs, _first = taken
    address = kubectl("-n", OWN, "get", "service", "mastodon-database-rw", "-o", "jsonpath={.spec.clusterIP}")
    (variable, change), *_others = changes.items()
    given = json.loads(json.dumps(change).replace("{database_ip}", address))
    if "sidekiq" in given:
        given["sidekiq"]["password_secret"] = inputs[variable]["base"]["password_secret"]
    merged = {name: value for name, value in {**inputs[variable], **given}.items() if value is not None}
    done = run({**inputs, variable: merged})
    assert done.code != 0
    assert message in done.failures
    # The failed check is gone, so that the next run looks anew.
    assert run(inputs).code == 0


def actions_of(run, task):
    """What the task did to each object, as Kind/name."""
    found = [row["result"].get("objects") or [] for row in run.results if row["task"].endswith(task)]
    return {f"{one['kind']}/{one['name']}": one["action"] for objects in found for one in objects}


def test_former_servers_stay_until_the_application_has_left_them(taken, run):
    inputs, _first = taken
    assert run({**inputs, "cache_backend": "valkey"}).code == 0
    predicted = run(inputs, "--check")
    done = run(inputs)
    assert done.code == 0, done.output[-5000:]
    assert actions_of(done, "Apply the servers and their check")["StatefulSet/mastodon-queue"] == "kept"
    left = actions_of(done, "Take away what the application has left")
    assert left["StatefulSet/mastodon-queue"] == "pruned"
    assert left["PersistentVolumeClaim/mastodon-queue"] == "kept"
    assert predicted.changed_objects == done.changed_objects
    assert run(inputs).changed_tasks == []


def test_what_guards_a_database_stays_with_it(own, run):
    """The Cluster of a former backend is kept for its data; nobody else is to reach it now either."""
    outside = {"database_backend": "external", "database_external": EXTERNAL}
    done = run({**OWN_INPUTS, **outside})
    assert done.code == 0, done.output[-5000:]
    left = actions_of(done, "Take away what the application has left")
    assert left["NetworkPolicy/mastodon-database"] == left["Cluster/mastodon-database"] == "kept"
    assert left["Pooler/mastodon-database-pooler"] == "pruned"
    assert run(OWN_INPUTS).code == 0
