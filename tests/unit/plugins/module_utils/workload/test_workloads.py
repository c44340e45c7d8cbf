"""The Deployments, the images and what is laid over pods."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._workload._image import images, version_in
from ansible_collections.fediverse.mastodon.plugins.module_utils._workload._overlay import overlay_pods
from ansible_collections.fediverse.mastodon.plugins.module_utils._workload._workloads import workloads

VALUES = {"app_namespace": "social", "app_profile": "community"}


def found(**changes):
    return {one["workload"]: one for one in workloads({**VALUES, **changes})}


def test_web_is_first_and_every_group_has_a_deployment():
    groups = ["sidekiq-default", "sidekiq-federation", "sidekiq-background", "sidekiq-scheduler"]
    assert list(found()) == ["web", "streaming", *groups]


def test_no_two_deployments_share_their_pods():
    every = list(found().values())
    for one in every:
        for other in every:
            selected = one["labels"].items() <= other["pod_labels"].items()
            assert selected is (one is other)


def test_only_the_owner_of_the_scheduler_stops_before_it_starts_anew():
    strategies = {name: one["strategy"]["type"] for name, one in found().items()}
    assert [name for name, strategy in strategies.items() if strategy == "Recreate"] == ["sidekiq-scheduler"]
    assert found(app_profile="single_user")["sidekiq-all"]["strategy"] == {"type": "Recreate"}
    weighted = {"sidekiq": {"scheduler": {"queues": ["scheduler,1"]}}}
    assert found(app_sizes=weighted)["sidekiq-scheduler"]["strategy"] == {"type": "Recreate"}


def test_an_autoscaler_s_number_is_not_spoken_of():
    replicas = {name: one["replicas"] for name, one in found(app_autoscaled_workloads=["web"]).items()}
    assert replicas["web"] is None
    assert replicas["streaming"] == 2


def test_sidekiq_s_arguments_follow_from_the_group():
    assert found()["sidekiq-federation"]["arguments"] == ["-c", "20", "-q", "push,6", "-q", "ingress,4"]


@pytest.mark.parametrize(
    ("image", "streaming", "expected"),
    [
        ({}, {}, ("ghcr.io/mastodon/mastodon:v4.6.5", "ghcr.io/mastodon/mastodon-streaming:v4.6.5")),
        (None, None, ("ghcr.io/mastodon/mastodon:v4.6.5", "ghcr.io/mastodon/mastodon-streaming:v4.6.5")),
        (
            {"repository": "r.example/m", "tag": "v4.6.5-mine"},
            {"repository": "r.example/s"},
            ("r.example/m:v4.6.5-mine", "r.example/s:v4.6.5-mine"),
        ),
        (
            {"digest": "sha256:aa"},
            {"digest": "sha256:bb", "tag": "v1.0.0"},
            ("ghcr.io/mastodon/mastodon:v4.6.5@sha256:aa", "ghcr.io/mastodon/mastodon-streaming:v4.6.5@sha256:bb"),
        ),
    ],
)
def test_both_images_have_one_tag(image, streaming, expected):
    assert images(image, streaming, "4.6.5") == {"rails": expected[0], "streaming": expected[1]}


@pytest.mark.parametrize(
    ("tag", "version"),
    [("v4.6.5", "4.6.5"), ("4.7.0-mine", "4.7.0"), ("v4.6.5-glitch", "4.6.5"), ("main", None), ("v4", None)],
)
def test_the_version_in_a_tag(tag, version):
    assert version_in(tag) == version


POD = {
    "metadata": {"labels": {"a": "1"}, "annotations": {"digest": "x"}},
    "spec": {"securityContext": {"fsGroup": 991}},
}
DEPLOYMENT = {"kind": "Deployment", "spec": {"replicas": 1, "template": POD}}


def test_fields_are_merged_into_every_pod_template_and_nothing_else():
    service = {"kind": "Service", "spec": {"ports": []}}
    before = copy.deepcopy([DEPLOYMENT, service])
    over = {"nodeSelector": {"disk": "ssd"}, "securityContext": {"supplementalGroups": [5]}}
    deployment, other = overlay_pods(before, over, {"note": "y"}, {"team": "z"})
    template = deployment["spec"]["template"]
    assert template["spec"] == {
        "nodeSelector": {"disk": "ssd"},
        "securityContext": {"fsGroup": 991, "supplementalGroups": [5]},
    }
    assert template["metadata"] == {"labels": {"a": "1", "team": "z"}, "annotations": {"digest": "x", "note": "y"}}
    assert other == service
    assert before == [DEPLOYMENT, service]


def test_nothing_over_leaves_all_as_it_is():
    assert overlay_pods([DEPLOYMENT], {}, {}, {}) == [DEPLOYMENT]


def test_pods_of_cron_jobs_are_overlaid_too():
    pod = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "job"}]}}
    cron_job = {"kind": "CronJob", "spec": {"schedule": "@daily", "jobTemplate": {"spec": {"template": pod}}}}
    (made,) = overlay_pods([cron_job], {"nodeSelector": {"c": "d"}}, {}, {"team": "z"})
    assert made["spec"]["schedule"] == "@daily"
    template = made["spec"]["jobTemplate"]["spec"]["template"]
    assert template["metadata"]["labels"] == {"a": "b", "team": "z"}
    assert template["spec"] == {"containers": [{"name": "job"}], "nodeSelector": {"c": "d"}}
