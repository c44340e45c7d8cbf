"""Where static files may be published, and who is told that pages may lack some."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._app_assets import cautions, mistakes

ON = {"app_publish_assets": True}
ELSEWHERE = {"app_site": {"cdn_host": "https://assets.example.org"}}


def bucket(**settings):
    return {"app_storage": {"backend": "s3", "s3": {"bucket": "b", **settings}}}


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        (bucket(), []),
        ({**ON, **bucket(alias_host="files.example.org")}, []),
        ({**ON, **bucket(), **ELSEWHERE}, []),
        ({**ON, **bucket(alias_host="files.example.org/b", key_prefix="one"), **ELSEWHERE}, []),
        ({**ON, "storage_backend": "s3", "storage_alias_host": "files.example.org"}, []),
        ({**ON, "storage_backend": "s3"}, ["needs a host"]),
        (ON, ["S3 bucket"]),
        ({**ON, "app_storage": {"backend": "pvc", "s3": None}}, ["S3 bucket"]),
        ({**ON, **bucket()}, ["needs a host"]),
        ({**ON, **bucket(alias_host="files.example.org/b")}, ["has a path"]),
        ({**ON, **bucket(alias_host="files.example.org", key_prefix="one")}, ["storage_key_prefix"]),
    ],
)
def test_files_need_a_host_whose_root_is_theirs(values, problems):
    found = list(mistakes(values))
    assert [mistake.variable for mistake in found] == ["app_publish_assets"] * len(problems)
    for mistake, problem in zip(found, problems, strict=True):
        assert problem in mistake.problem


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"app_profile": "single_user"}, False),
        ({"app_profile": "small"}, True),
        ({"app_profile": "single_user", "app_sizes": {"web": {"replicas": 2}}}, True),
        ({"app_profile": "small", "app_sizes": {"web": {"replicas": 1}}}, False),
        ({"app_profile": "single_user", "app_autoscaling": {"web": True}}, True),
        ({"app_profile": "single_user", "app_autoscaled_workloads": ["web"]}, True),
        ({"app_profile": "small", **ON}, False),
        ({"app_profile": "small", **ELSEWHERE}, False),
        ({"app_profile": "small", "app_upgrade_strategy": "stop_first"}, False),
        ({"app_profile": "nonsense"}, False),
    ],
)
def test_who_has_several_web_pods_is_told_what_their_pages_may_lack(values, told):
    assert [sentence.partition(" ")[0] for sentence in cautions(values)] == ["app_publish_assets"] * told


def test_that_pages_may_read_them_has_to_be_proved():
    (mistake,) = mistakes({**ON, **bucket(alias_host="files.example.org"), "storage_require_cors": "no"})
    assert mistake.variable == "storage_require_cors"
