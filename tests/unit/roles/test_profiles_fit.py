"""Every profile fits its stated budget (T55): what all roles render is added up, requests and connections."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[2]))
from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._quantity import mebibytes, millicores
from ansible_collections.fediverse.mastodon.plugins.module_utils._backing._sizes import (
    POOLER_SURGE,
    RESERVED_CONNECTIONS,
    SERVER_CONNECTIONS,
)
from ansible_collections.fediverse.mastodon.plugins.module_utils._sizes._stated import STATED
from support import app, backing

DOCS = Path(__file__).parents[3] / "docs/sizes.md"


@pytest.fixture(scope="module", params=STATED)
def profile(request):
    return request.param


@pytest.fixture(scope="module")
def rendered(profile, tmp_path_factory):
    """Everything of an instance with metrics on: as it is, and with every autoscaler switched on."""
    directory = tmp_path_factory.mktemp(profile)
    (directory / "backing").mkdir()
    common = {
        "mastodon_profile": profile,
        "mastodon_monitoring": True,
        "mastodon_metrics_clients": [
            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
        ],
    }
    backing.render(common, directory / "backing")
    below = [one for file in (directory / "backing/out").iterdir() for one in yaml.safe_load_all(file.read_text())]
    connection = {"database_connection": yaml.safe_load((directory / "backing/facts").read_text())["database"]}
    found = {}
    # One group alone serves all queues in the smallest profile, and with them the scheduler's.
    scaled = {"app_autoscaling": {"web": True, "streaming": True, "sidekiq": profile != "single_user"}}
    for name, changes in (("steady", {}), ("scaled", scaled)):
        app.render({**common, **connection, **changes}, directory / name)
        found[name] = [*below, *app.manifests(directory / name)]
    found["job"] = app.job_template(directory / "steady")
    return found


def of_kind(manifests, *kinds):
    return [one for one in manifests if one["kind"] in kinds]


def most(manifests):
    """How far an autoscaler may go, by the Deployment's name."""
    scalers = of_kind(manifests, "HorizontalPodAutoscaler", "ScaledObject")
    fields = [one["spec"] for one in scalers]
    return {spec["scaleTargetRef"]["name"]: spec.get("maxReplicas") or spec["maxReplicaCount"] for spec in fields}


def replicas(manifests):
    """Of each Deployment, at most; and how many pods more a rollout makes."""
    limits = most(manifests)
    for one in of_kind(manifests, "Deployment"):
        spec = one["spec"]
        surge = spec["strategy"].get("rollingUpdate", {}).get("maxSurge", 0)
        # Exactly one of the two says it.
        assert ("replicas" in spec) != (one["metadata"]["name"] in limits)
        yield one, spec.get("replicas") or limits[one["metadata"]["name"]], surge


def asked(pod):
    """What the scheduler counts of a pod: its containers together, or its greediest first container."""
    sums = []
    for unit, field in ((millicores, "cpu"), (mebibytes, "memory")):
        beside = sum(unit(one["resources"]["requests"][field]) for one in pod["containers"])
        before = [unit(one["resources"]["requests"][field]) for one in pod.get("initContainers", [])]
        sums.append(max([beside, *before]))
    return sums


def most_poolers(pooler, *, rollout=True):
    """The pods of a pooler that there may be at once; without a strategy Kubernetes would decide."""
    update = pooler["spec"]["deploymentStrategy"]["rollingUpdate"]
    assert update == {"maxSurge": POOLER_SURGE, "maxUnavailable": 0}, "what is counted is not what is rendered"
    return pooler["spec"]["instances"] + (update["maxSurge"] if rollout else 0)


def requests(manifests, *, rollout, job):
    """Millicores and mebibytes of all pods that there are at once."""
    pods = []
    for one, number, surge in replicas(manifests):
        pods += [asked(one["spec"]["template"]["spec"])] * (number + (surge if rollout else 0))
    for one in of_kind(manifests, "StatefulSet"):
        pods += [asked(one["spec"]["template"]["spec"])] * one["spec"]["replicas"]
    for one in of_kind(manifests, "Cluster"):
        pods += [asked({"containers": [one["spec"]]})] * one["spec"]["instances"]
    for one in of_kind(manifests, "Pooler"):
        pods += [asked(one["spec"]["template"]["spec"])] * most_poolers(one, rollout=rollout)
    if rollout:
        # A migration, or whatever of the scheduled Jobs asks for most: they do not run beside a migration by design.
        jobs = [job, *(one["spec"]["jobTemplate"] for one in of_kind(manifests, "CronJob"))]
        pods.append(max(asked(one["spec"]["template"]["spec"]) for one in jobs))
    return tuple(sum(column) for column in zip(*pods, strict=True))


def connections(manifests, *, rollout):
    """What the processes' own environments let them open."""
    maps = {one["metadata"]["name"]: one["data"] for one in of_kind(manifests, "ConfigMap")}
    total = 0
    for one, number, surge in replicas(manifests):
        environment = maps[one["metadata"]["name"]]
        each = int(environment["DB_POOL"])
        if one["metadata"]["name"] == "mastodon-web":
            assert each >= int(environment["MAX_THREADS"])
            each = int(environment["WEB_CONCURRENCY"]) * int(environment["MAX_THREADS"])
        container = one["spec"]["template"]["spec"]["containers"][0]
        command = [*container.get("command", []), *container.get("args", [])]
        if "sidekiq" in command:
            # Whatever starts it, its own arguments follow its name.
            own = command[command.index("sidekiq") :]
            assert each >= int(own[own.index("-c") + 1])
        total += each * (number + (surge if rollout else 0))
    return total


def cases(rendered, stated):
    return {
        "steady": (rendered["steady"], False, stated.steady),
        "rollout": (rendered["steady"], True, stated.rollout),
        "scaled_up": (rendered["scaled"], True, stated.scaled_up),
    }


@pytest.mark.parametrize("case", ["steady", "rollout", "scaled_up"])
def test_requests_fit_the_stated_budget(profile, rendered, case):
    manifests, rollout, budget = cases(rendered, STATED[profile])[case]
    cpu, memory = requests(manifests, rollout=rollout, job=rendered["job"])
    assert cpu <= budget.millicores
    assert memory <= budget.mebibytes
    # A statement that is far off would be of no use to anybody who plans nodes by it.
    assert memory > budget.mebibytes * 0.75


@pytest.mark.parametrize("case", ["steady", "rollout", "scaled_up"])
def test_connections_fit_the_stated_budget_and_every_limit(profile, rendered, case):
    manifests, rollout, budget = cases(rendered, STATED[profile])[case]
    needed = connections(manifests, rollout=rollout)
    assert budget.connections * 0.75 < needed <= budget.connections
    (pooler,) = of_kind(manifests, "Pooler")
    (cluster,) = of_kind(manifests, "Cluster")
    parameters, pods = pooler["spec"]["pgbouncer"]["parameters"], pooler["spec"]["instances"]
    # One pooler pod may be away.
    assert needed <= int(parameters["max_client_conn"]) * max(pods - 1, 1)
    server = int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])
    assert int(parameters["default_pool_size"]) * most_poolers(pooler) <= server - RESERVED_CONNECTIONS


def test_commands_past_the_pooler_fit_the_reserve(rendered):
    """A migration or a command by hand, with a connection more than the five threads that commands have unless told;
    and the scheduled ones, with as many threads as they are told."""
    environment = {
        one["name"]: one.get("value") for one in rendered["job"]["spec"]["template"]["spec"]["containers"][0]["env"]
    }
    needed = max(int(environment["DB_POOL"]), 6)
    for one in of_kind(rendered["steady"], "CronJob"):
        if not one["spec"].get("suspend"):
            (container,) = one["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
            needed += int(container["command"][container["command"].index("--concurrency") + 1]) + 1
    assert needed == 6 + 3 + 3
    assert needed <= RESERVED_CONNECTIONS - SERVER_CONNECTIONS


def test_the_documentation_states_the_same(profile):
    rows = [line for line in DOCS.read_text().splitlines() if line.startswith(f"| `{profile}` |")]
    (row,) = [line for line in rows if "connections" in line]
    stated = STATED[profile]
    told = [float(number) for number in re.findall(r"(?<![\w`])\d+(?:\.\d+)?", row)]
    expected = []
    for budget in (stated.steady, stated.rollout, stated.scaled_up):
        expected += [budget.millicores / 1000, budget.mebibytes / 1024, float(budget.connections)]
    assert told == expected
