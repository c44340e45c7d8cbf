"""What the role app renders: the same bytes every time, without a cluster, and as Mastodon and Kubernetes need it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[2]))
from ansible_collections.fediverse.mastodon.plugins.module_utils._environment._catalog import VARIABLES
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._queues import WEIGHTS, queue_name
from support.app import EVERYTHING, VARIANTS, job_template, manifests, render, run


@pytest.fixture(scope="module", params=VARIANTS)
def variant(request):
    return request.param


@pytest.fixture(scope="module")
def rendered(variant, tmp_path_factory):
    directory = tmp_path_factory.mktemp(variant)
    render(VARIANTS[variant], directory)
    return directory


@pytest.fixture(scope="module")
def objects(rendered):
    return manifests(rendered)


@pytest.fixture(scope="module")
def job(rendered):
    return job_template(rendered)


def of_kind(objects, kind):
    return {one["metadata"]["name"]: one for one in objects if one["kind"] == kind}


def pods(objects, job):
    """Every pod template by the name of what makes it."""
    made = {**of_kind(objects, "Deployment"), "job": job}
    return {name: one["spec"]["template"] for name, one in made.items()}


def containers(pod):
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


def own(objects):
    return [one for one in objects if one["metadata"]["name"] != "mine"]


@pytest.mark.parametrize("variant", ["everything"], indirect=True)
def test_the_same_inputs_give_the_same_bytes(variant, rendered, tmp_path):
    render(VARIANTS[variant], tmp_path, seed="1234")
    for name in ("out/app.yaml", "facts"):
        assert (tmp_path / name).read_bytes() == (rendered / name).read_bytes()
    assert "changed=0" in render(VARIANTS[variant], rendered)


def test_every_object_is_the_instance_s_own(objects, job):
    for manifest in [*own(objects), job]:
        assert manifest["metadata"]["namespace"] == "social"
        labels = manifest["metadata"]["labels"]
        assert labels["app.kubernetes.io/name"] == labels["app.kubernetes.io/part-of"] == "mastodon"
        assert labels["app.kubernetes.io/managed-by"] == "fediverse.mastodon"
        assert labels["app.kubernetes.io/instance"] == "social"
    for pod in pods(objects, job).values():
        # Other roles admit the instance's pods by these two.
        assert pod["metadata"]["labels"]["app.kubernetes.io/name"] == "mastodon"
        assert pod["metadata"]["labels"]["app.kubernetes.io/instance"] == "social"


def test_nothing_empty_is_claimed(objects):
    # An emptyDir and a selector of everything are said by an empty dictionary.
    meant = ("emptyDir", "podSelector")

    def empty(value, path):
        if value is None or (value in ({}, []) and path.rpartition(".")[2] not in meant):
            yield path
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, child in children:
            yield from empty(child, f"{path}.{name}")

    assert [path for manifest in objects for path in empty(manifest, manifest["kind"])] == []


def test_every_pod_is_restricted_with_a_read_only_root(objects, job):
    for pod in pods(objects, job).values():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == spec["securityContext"]["fsGroup"] == 991
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert {kind for volume in spec.get("volumes", []) for kind in volume if kind != "name"} <= {
            *("emptyDir", "secret", "persistentVolumeClaim"),
        }
        for container in containers(pod):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["requests"]
            assert "memory" in container["resources"]["limits"]


def test_rails_may_write_where_it_must_and_streaming_nowhere(objects, job):
    for name, pod in pods(objects, job).items():
        writable = {
            mount["mountPath"]
            for mount in pod["spec"]["containers"][0].get("volumeMounts", [])
            if not mount.get("readOnly")
        }
        rails = {"/tmp", "/opt/mastodon/tmp"}
        assert writable - {"/opt/mastodon/public/system"} == (set() if name == "mastodon-streaming" else rails)


def test_every_mount_has_its_volume_and_every_volume_a_mount(objects, job):
    for pod in pods(objects, job).values():
        volumes = {volume["name"] for volume in pod["spec"].get("volumes", [])}
        mounted = {mount["name"] for container in containers(pod) for mount in container.get("volumeMounts", [])}
        assert volumes == mounted


def test_of_authorities_one_key_is_mounted_read_only(objects, job):
    for pod in pods(objects, job).values():
        secrets = {volume["name"] for volume in pod["spec"].get("volumes", []) if "secret" in volume}
        for volume in pod["spec"].get("volumes", []):
            if "secret" in volume:
                assert [item["path"] for item in volume["secret"]["items"]] == ["ca.crt"]
        for container in containers(pod):
            for mount in container.get("volumeMounts", []):
                assert mount.get("readOnly", False) is (mount["name"] in secrets)


def test_no_secret_stands_in_a_config_map_or_in_plain_text(objects, job):
    secret = {name for name, (_group, variable) in VARIABLES.items() if variable.secret}
    for one in of_kind(objects, "ConfigMap").values():
        assert not secret & set(one["data"])
    for pod in pods(objects, job).values():
        for container in pod["spec"]["containers"]:
            for entry in container.get("env", []):
                assert ("valueFrom" in entry) or entry["name"] not in secret
                assert "secretKeyRef" in entry.get("valueFrom", {"secretKeyRef": {}})


def test_each_workload_reads_its_own_config_map_and_jobs_none(objects, job):
    maps = of_kind(objects, "ConfigMap")
    for name, pod in pods(objects, job).items():
        sources = [entry for container in containers(pod) for entry in container.get("envFrom", [])]
        if name == "job":
            assert sources == []
            assert "configMap" not in str(pod)
        else:
            # Web's files are put into the bucket with web's own settings.
            readers = 2 if "publish-assets" in [one["name"] for one in containers(pod)] else 1
            assert sources == [{"configMapRef": {"name": name}}] * readers
            assert pod["metadata"]["annotations"]["fediverse.mastodon/environment"]
            assert all(isinstance(value, str) for value in maps[name]["data"].values())


@pytest.mark.parametrize("variant", ["everything", "default"], indirect=True)
def test_static_files_are_in_the_bucket_before_web_serves_a_page_that_asks_for_them(variant, objects):
    made = of_kind(objects, "Deployment")
    uploads = {
        name: [
            one
            for one in deployment["spec"]["template"]["spec"].get("initContainers", [])
            if one["name"] == "publish-assets"
        ]
        for name, deployment in made.items()
    }
    published = variant == "everything"
    assert [name for name, found in uploads.items() if found] == (["mastodon-web"] if published else [])
    assert "CDN_HOST" not in of_kind(objects, "ConfigMap")["mastodon-web"]["data"]
    for upload in uploads["mastodon-web"]:
        (web,) = (one for one in made["mastodon-web"]["spec"]["template"]["spec"]["containers"] if one["name"] == "web")
        assert upload["args"][:4] == ["bundle", "exec", "ruby", "-e"]
        assert {"name": "CDN_HOST", "value": "https://files.example.org"} in web["env"]
        # It reaches the bucket as web does, and asks for no more than web has anyway.
        assert {key: upload[key] for key in ("image", "envFrom", "env", "resources")} == {
            key: web[key] for key in ("image", "envFrom", "env", "resources")
        }


def test_jobs_need_nothing_that_this_role_applies(job):
    assert "serviceAccountName" not in job["spec"]["template"]["spec"]
    assert job["spec"]["backoffLimit"] == 0
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert not {"command", "args"} & set(container)
    told = {entry["name"]: entry.get("value") for entry in container["env"]}
    assert told["DB_HOST"] == "mastodon-database-rw"
    assert told["LOCAL_DOMAIN"] == "example.org"


def test_both_images_have_one_tag(objects, job):
    tags = {
        container["image"].partition("@")[0].rpartition(":")[2]
        for pod in pods(objects, job).values()
        for container in containers(pod)
    }
    assert tags == {"v4.6.5"}


def test_deployments_services_and_budgets_select_their_pods_and_no_others(objects, job):
    templates = pods(objects, job)

    def selected(selector):
        return {name for name, pod in templates.items() if selector.items() <= pod["metadata"]["labels"].items()}

    for name, one in of_kind(objects, "Deployment").items():
        assert selected(one["spec"]["selector"]["matchLabels"]) == {name}
        (spread,) = one["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert selected(spread["labelSelector"]["matchLabels"]) == {name}
    for name, one in of_kind(objects, "Service").items():
        assert selected(one["spec"]["selector"]) == {name}
    budgets = of_kind(objects, "PodDisruptionBudget")
    assert set(budgets) == set(of_kind(objects, "Deployment"))
    for name, one in budgets.items():
        assert selected(one["spec"]["selector"]["matchLabels"]) == {name}
        assert one["spec"]["maxUnavailable"] == 1


def test_services_point_at_ports_that_are_there(objects):
    deployments = of_kind(objects, "Deployment")
    for name, service in of_kind(objects, "Service").items():
        (port,) = service["spec"]["ports"]
        named = {
            one["name"]: one["containerPort"]
            for one in deployments[name]["spec"]["template"]["spec"]["containers"][0]["ports"]
        }
        assert named[port["targetPort"]] == port["port"] == {"mastodon-web": 3000, "mastodon-streaming": 4000}[name]
    assert of_kind(objects, "Service")["mastodon-streaming"]["spec"]["ports"][0]["appProtocol"] == "kubernetes.io/ws"


def test_probes_never_ask_for_a_page_that_checks_the_host(objects):
    paths = {
        probe["httpGet"]["path"]
        for one in of_kind(objects, "Deployment").values()
        for container in one["spec"]["template"]["spec"]["containers"]
        for probe in (container.get(f"{kind}Probe", {}) for kind in ("startup", "readiness", "liveness"))
        if "httpGet" in probe
    }
    assert paths - {"/ping"} == {"/health", "/api/v1/streaming/health"}


@pytest.mark.parametrize("variant", ["everything", "monitored"], indirect=True)
def test_metrics_never_decide_whether_web_is_ready(objects):
    containers = of_kind(objects, "Deployment")["mastodon-web"]["spec"]["template"]["spec"]["containers"]
    assert {one["name"]: "readinessProbe" in one for one in containers} == {"web": True, "metrics": False}
    (metrics,) = [one for one in containers if one["name"] == "metrics"]
    assert metrics["livenessProbe"]["httpGet"] == {"path": "/ping", "port": "metrics"}


def test_sidekiq_serves_every_queue_and_is_ready_when_its_file_is_there(objects):
    maps = of_kind(objects, "ConfigMap")
    served = []
    for name, one in of_kind(objects, "Deployment").items():
        if "sidekiq" not in name:
            continue
        container = one["spec"]["template"]["spec"]["containers"][0]
        *clearing, cleared = container["args"][:4]
        assert clearing == ["/bin/sh", "-c", 'rm -f "$0" && exec "$@"']
        arguments = container["args"][4:]
        assert arguments[:4] == ["bundle", "exec", "sidekiq", "-c"]
        assert maps[name]["data"]["DB_POOL"] == arguments[4]
        queues = [arguments[at + 1] for at, argument in enumerate(arguments) if argument == "-q"]
        served += queues
        ready = maps[name]["data"]["MASTODON_SIDEKIQ_READY_FILENAME"]
        assert cleared == f"/opt/mastodon/tmp/{ready}"
        for probe in ("startupProbe", "readinessProbe"):
            assert container[probe]["exec"]["command"] == ["test", "-f", cleared]
        assert "livenessProbe" not in container
        # T26: quiet, then the time that Sidekiq gives its jobs, fit into the grace period.
        assert "TSTP" in container["lifecycle"]["preStop"]["exec"]["command"][-1]
        assert one["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= 30
        schedules = any(queue_name(queue) == "scheduler" for queue in queues)
        assert (one["spec"]["strategy"]["type"] == "Recreate") is schedules
        assert not schedules or one["spec"]["replicas"] == 1
    assert sorted(queue_name(queue) for queue in served) == sorted(WEIGHTS)


def test_web_comes_before_the_workers(objects):
    names = [one["metadata"]["name"] for one in objects if one["kind"] == "Deployment"]
    assert names[:2] == ["mastodon-web", "mastodon-streaming"]


@pytest.mark.parametrize("variant", ["default", "everything"], indirect=True)
def test_every_pod_is_under_one_policy_that_denies_both_ways(objects, job):
    policies = of_kind(objects, "NetworkPolicy")
    assert set(policies) == {"mastodon-web", "mastodon-streaming", "mastodon-sidekiq", "mastodon-job"}
    for name, pod in pods(objects, job).items():
        over = [
            policy["metadata"]["name"]
            for policy in policies.values()
            if policy["spec"]["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        ]
        assert over == [{"job": "mastodon-job"}.get(name, "-".join(name.split("-")[:2]))]
    for policy in policies.values():
        assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
        assert policy["spec"]["egress"]


@pytest.mark.parametrize("variant", ["default"], indirect=True)
def test_only_web_and_streaming_are_reached(objects):
    reached = {
        name: [port["port"] for rule in policy["spec"].get("ingress", []) for port in rule["ports"]]
        for name, policy in of_kind(objects, "NetworkPolicy").items()
    }
    assert reached == {"mastodon-web": [3000], "mastodon-streaming": [4000], "mastodon-sidekiq": [], "mastodon-job": []}


@pytest.mark.parametrize("variant", ["everything"], indirect=True)
def test_metrics_are_read_by_those_who_may(objects):
    policies = of_kind(objects, "NetworkPolicy")
    rules = {
        name: [(rule["ports"][0]["port"], rule["from"]) for rule in policy["spec"].get("ingress", [])]
        for name, policy in policies.items()
    }
    clients, metrics = EVERYTHING["app_clients"], EVERYTHING["app_metrics_clients"]
    assert rules == {
        "mastodon-web": [(3000, clients), (9394, metrics)],
        "mastodon-streaming": [(4000, clients + metrics)],
        "mastodon-sidekiq": [(9394, metrics)],
        "mastodon-job": [],
    }
    web = of_kind(objects, "Deployment")["mastodon-web"]["spec"]["template"]["spec"]["containers"]
    assert [container["name"] for container in web] == ["web", "metrics"]


@pytest.mark.parametrize("variant", ["everything"], indirect=True)
def test_what_the_user_adds_is_everywhere_and_an_autoscaler_s_number_nowhere(objects, job):
    for pod in pods(objects, job).values():
        assert pod["spec"]["tolerations"] == EVERYTHING["app_pod_spec"]["tolerations"]
        assert pod["metadata"]["annotations"]["example.org/note"] == "x"
        assert pod["metadata"]["labels"]["team"] == "social"
    assert "replicas" not in of_kind(objects, "Deployment")["mastodon-web"]["spec"]
    assert "mine" in of_kind(objects, "ConfigMap")


@pytest.mark.parametrize("variant", ["plain"], indirect=True)
def test_media_on_a_volume_is_shared_by_all_of_rails(objects, job):
    for name, pod in pods(objects, job).items():
        claims = [volume for volume in pod["spec"].get("volumes", []) if "persistentVolumeClaim" in volume]
        assert len(claims) == (0 if name == "mastodon-streaming" else 1)


@pytest.mark.parametrize("variant", ["monitored"], indirect=True)
def test_monitors_select_pods_with_the_port_they_name(objects, job):
    templates = pods(objects, job)
    for monitor in of_kind(objects, "PodMonitor").values():
        (expression,) = monitor["spec"]["selector"]["matchExpressions"]
        (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
        found = [
            pod
            for pod in templates.values()
            if pod["metadata"]["labels"].get(expression["key"]) in expression["values"]
        ]
        assert found
        for pod in found:
            assert endpoint["port"] in [
                port["name"] for one in pod["spec"]["containers"] for port in one.get("ports", [])
            ]


def test_a_change_of_one_process_leaves_the_pods_of_the_others_alone(tmp_path):
    render({}, tmp_path / "before")
    render({"app_smtp": {"server": "mx.example.org"}}, tmp_path / "after")
    before, after = (of_kind(manifests(tmp_path / name), "Deployment") for name in ("before", "after"))
    changed = [name for name in before if before[name]["spec"]["template"] != after[name]["spec"]["template"]]
    assert changed == ["mastodon-sidekiq-all"]


def test_a_mistake_stops_before_anything_is_rendered(tmp_path):
    done = run({"app_sizes": {"sidekiq": {"all": {"replicas": 2}}}}, tmp_path)
    assert done.returncode
    assert "scheduler with 2 replicas" in done.stdout + done.stderr
    assert not (tmp_path / "out").exists()


def test_the_rendered_file_is_yaml_that_kubectl_reads(rendered):
    documents = list(yaml.safe_load_all((rendered / "out/app.yaml").read_text()))
    assert all(one["apiVersion"] and one["kind"] for one in documents)
