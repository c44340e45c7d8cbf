"""A cluster of a few lines in which migrations run, and what is put into it."""

from datetime import UTC, datetime

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import KubeError
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._progress import Progress
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate import _job, _record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._migrate import Migration, Work
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._plan import AFTER, BEFORE, Goal, Record
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._processes import COMMANDS, PODS
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._script import Doubts
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._guards import Consent

SPEC = {"containers": [{"name": "job", "image": "mastodon:v4.6.5", "env": [{"name": "DB_HOST", "value": "rw"}]}]}
TEMPLATE = {"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": {"spec": SPEC}}}
GOAL = Goal(BEFORE, "mastodon:v4.6.5", "db")
ALL = Goal(BEFORE, GOAL.image, "db", at_once=True)
REVISION = "deployment.kubernetes.io/revision"
BROKEN = {"waiting": {"reason": "ImagePullBackOff"}}
STARTING = {"waiting": {"reason": "ContainerCreating"}}
RUNNING = {"running": {}}
FINISHED = {"conditions": [{"type": "Complete", "status": "True"}], "completionTime": "2026-02-01T00:00:00Z"}
FAILED = {"conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]}


class Cluster:
    """A Job ends, well or not, when its Pod is looked at for the third time."""

    def __init__(self, *, ending=None, log=""):
        self.jobs, self.pods, self.record = {}, {}, None
        self.created, self.deleted, self.looks = [], [], 0
        self.ending, self.log = ending or FINISHED, log
        self.deployments, self.replicasets, self.processes, self.secrets = [], [], [], {}
        # What was done, in order.
        self.deeds = []
        self.clock = datetime(2026, 2, 1, tzinfo=UTC)

    def left_behind(self, job, state):
        name = job["metadata"]["name"]
        self.jobs[name] = {**job, "metadata": {**job["metadata"], "uid": "old"}, "status": {}}
        status = {"phase": "Pending", "containerStatuses": [{"name": "job", "state": state}]}
        self.pods[name] = {"metadata": {"name": "pod", "creationTimestamp": "t"}, "status": status}

    def get(self, _version, kind, name, _namespace):
        if kind == "Deployment":
            return next((one for one in self.deployments if one["metadata"]["name"] == name), None)
        return {"ConfigMap": lambda: self.record, "Secret": lambda: self.secrets.get(name)}.get(
            kind, lambda: self.jobs.get(name)
        )()

    def list(self, _version, kind, _namespace, *, labels=""):
        if kind == "Job":
            return list(self.jobs.values())
        if kind in ("Backup", "CronJob", "ScaledObject") or labels == COMMANDS:
            return []
        if kind in ("Deployment", "ReplicaSet"):
            return self.deployments if kind == "Deployment" else self.replicasets
        if labels == PODS:
            # A Pod that is about to end does so once it was looked at.
            found, self.processes = self.processes, [pod for pod in self.processes if not pod.get("ending")]
            return found
        self.looks += 1
        name = labels.partition("=")[2]
        if self.looks > 2 and name in self.jobs:
            self.jobs[name]["status"], self.pods[name]["status"] = self.ending, {"phase": "Succeeded"}
        return [self.pods[name]] if name in self.pods else []

    def create(self, manifest):
        if manifest["kind"] == "ConfigMap":
            self.record = {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": "1"}}
            return
        self.created.append(manifest)
        self.deeds.append(manifest["metadata"]["name"])
        name = manifest["metadata"]["name"]
        uid = f"{name}-{len(self.created)}"
        self.jobs[name], self.looks = {**manifest, "metadata": {**manifest["metadata"], "uid": uid}, "status": {}}, 0
        self.pods[name] = {"metadata": {"name": "pod", "creationTimestamp": "t"}, "status": {"phase": "Failed"}}

    def patch(self, _version, kind, name, _namespace, change):
        if kind == "Deployment":
            self.get(_version, kind, name, _namespace)["spec"]["replicas"] = change["spec"]["replicas"]
            self.processes = [{**pod, "ending": True} for pod in self.processes]
            self.deeds.append(f"{name} to {change['spec']['replicas']}")
        elif kind == "Secret":
            given = {**self.secrets[name]["metadata"]["annotations"], **change["metadata"]["annotations"]}
            kept = {key: value for key, value in given.items() if value is not None}
            self.secrets[name]["metadata"]["annotations"] = kept
        else:
            data = {**self.record["data"], **change["data"]}
            self.record = {**self.record, "data": {key: value for key, value in data.items() if value is not None}}

    def delete(self, _version, kind, name, _namespace, *, uid=None, propagation=None):
        if kind == "NetworkPolicy":
            self.deeds.append("no policy")
            return False
        assert propagation == "Foreground", "until its Pod is gone"
        if uid != self.jobs[name]["metadata"]["uid"]:
            raise KubeError(f"delete Job {name}", 409, {"reason": "Conflict"})
        self.deleted.append(name)
        del self.jobs[name], self.pods[name]
        return True

    def logs(self, *_pod, tail):
        return self.log


def job(deadline=60):
    return _job.manifest(TEMPLATE, "social", GOAL, Doubts(), deadline=deadline, ttl=None)


def migration(cluster, goal=GOAL, progress=None, deadline=60, **work):
    work = Work(TEMPLATE, **{"start_timeout": 60, "deadline": deadline, **work})
    return Migration(cluster, "social", goal, work, Progress(progress))


def recorded(cluster, image, after=None, left=0):
    record = Record("db", image, image if after is None else after, left, "2026-01-01T00:00:00Z")
    _record.write(cluster, "social", None, record)


def deployment(name, image, replicas=2):
    """With the Pod of its present template."""
    labels = {"app.kubernetes.io/component": name.split("-")[1]}
    metadata = {"name": name, "uid": name, "labels": labels, "annotations": {REVISION: "2"}, "generation": 1}
    template = {"spec": {"containers": [{"name": "one", "image": image}]}}
    return {
        "metadata": metadata,
        "spec": {"replicas": replicas, "template": template},
        "status": {"observedGeneration": 1},
    }


def replicaset(owner, hashed, revision):
    labels, references = {"pod-template-hash": hashed}, [{"uid": owner}]
    return {"metadata": {"labels": labels, "annotations": {REVISION: revision}, "ownerReferences": references}}


def process(name, hashed, **others):
    return {
        "metadata": {"name": name, "labels": {"pod-template-hash": hashed}},
        "status": {"phase": "Running"},
    } | others


def rolled_out():
    cluster = Cluster()
    recorded(cluster, GOAL.image, "mastodon:v4.6.4", 2)
    cluster.deployments = [deployment("mastodon-web", GOAL.image), deployment("mastodon-streaming", "streaming:v4.6.5")]
    cluster.replicasets = [replicaset("mastodon-web", "new", "2"), replicaset("mastodon-web", "old", "1")]
    cluster.replicasets.append(replicaset("mastodon-streaming", "stream", "2"))
    return cluster


def killed(cluster, goal, consent):
    """A run that ends when its Job has just been made."""
    create = cluster.create

    def last(manifest):
        create(manifest)
        if manifest["kind"] == "Job":
            raise KeyboardInterrupt

    cluster.create = last
    with pytest.raises(KeyboardInterrupt):
        migration(cluster, goal, consent=consent).run()
    cluster.create = create


BACK = Goal(BEFORE, "mastodon:v4.5.15", "db")


def half_way(goal):
    """An upgrade from 4.5 to 4.6 that was killed at the goal's Job."""
    cluster = rolled_out() if goal.phase == AFTER else Cluster()
    recorded(cluster, BACK.image)
    if goal.phase == AFTER:
        _record.write(
            cluster, "social", cluster.record, Record("db", GOAL.image, BACK.image, 2, "2026-01-02T00:00:00Z")
        )
    killed(cluster, goal, Consent(without_backup="4.5.15 -> 4.6.5"))
    return cluster
