"""Another spec is another Job; the same spec is the same Job."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._job_names import named_by_content


def job(image):
    return {"kind": "Job", "metadata": {"name": "check"}, "spec": {"template": {"image": image}}}


def names(*manifests):
    return [manifest["metadata"]["name"] for manifest in named_by_content(manifests)]


def test_the_name_follows_from_the_spec():
    first, same, other = names(job("a"), job("a"), job("b"))
    assert first == same != other
    assert first.startswith("check-")


def test_other_kinds_keep_their_names():
    assert names({"kind": "Service", "metadata": {"name": "web"}}) == ["web"]
