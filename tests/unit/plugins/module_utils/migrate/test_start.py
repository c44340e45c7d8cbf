"""Whether the Pod of a Job ever ran its work, and whether its Job is better made anew."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._migrate._start import obstacle


def pod(state=None, *, phase="Pending", init=None, conditions=(), **container):
    statuses = [{"name": "job", "state": state, **container}] if state is not None else []
    inits = [{"name": "copy", "state": init}] if init else []
    status = {"phase": phase, "conditions": list(conditions)}
    status |= {"initContainerStatuses": inits, "containerStatuses": statuses}
    return {"metadata": {"name": "pod"}, "status": status}


def waiting(reason):
    return {"waiting": {"reason": reason, "message": "PASSWORD=s3cr3t"}}


COPIED = {"terminated": {"exitCode": 0}}
UNSCHEDULED = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes fit"}
NOT_BEGUN = [None, pod(), pod(waiting("PodInitializing"), init={"running": {}}), pod(waiting("ContainerCreating"))]
CANNOT_BEGIN = [
    (pod(waiting("ImagePullBackOff")), "ImagePullBackOff"),
    (pod(waiting("CreateContainerConfigError"), init=COPIED), "CreateContainerConfigError"),
    (pod(waiting("PodInitializing"), init=waiting("ErrImagePull")), "ErrImagePull"),
    (pod(conditions=[UNSCHEDULED]), "0/1 nodes fit"),
]
BEGUN = [
    pod({"running": {}}, phase="Running"),
    pod({"terminated": {"exitCode": 1}}, phase="Failed"),
    # Between two runs, and with a container beside it that cannot start.
    pod(waiting("ImagePullBackOff"), lastState={"terminated": {"exitCode": 1}}),
    pod(waiting("CreateContainerError"), restartCount=1),
    # Evicted: it has ended, and its Job will say so.
    pod(phase="Failed"),
]


@pytest.mark.parametrize(("item", "reason"), CANNOT_BEGIN)
@pytest.mark.parametrize("differs", [True, False])
def test_what_cannot_begin_is_made_anew(item, reason, differs):
    assert reason in obstacle(item, differs=differs)


@pytest.mark.parametrize("item", NOT_BEGUN)
def test_what_has_not_begun_is_made_anew_only_if_other_work_is_wanted(item):
    assert obstacle(item, differs=False) == ""
    assert "configuration" in obstacle(item, differs=True)


@pytest.mark.parametrize("item", BEGUN)
def test_what_has_begun_is_never_touched(item):
    assert obstacle(item, differs=True) == obstacle(item, differs=False) == ""


def test_one_of_two_containers_has_begun():
    item = pod(waiting("ImagePullBackOff"))
    item["status"]["containerStatuses"].append({"name": "beside", "state": {"running": {}}})
    assert obstacle(item, differs=True) == ""
