"""What a manifest gives way to."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._apply._keep import Keep, kept, known
from ansible_collections.fediverse.mastodon.plugins.module_utils._kube._errors import Failure


def made(**spec):
    return {"kind": "Cluster", "metadata": {"name": "db"}, "spec": spec}


BOOTSTRAP = Keep("Cluster/db", "spec.bootstrap")
WORDS = Keep("Cluster/db", "spec.words", grow=True)


def test_what_is_not_there_yet_is_as_the_manifest_says():
    wanted = made(bootstrap={"initdb": {}})
    assert kept(wanted, None, [BOOTSTRAP]) == wanted
    assert kept(wanted, made(), [BOOTSTRAP]) == wanted


def test_a_field_is_kept_whole_and_others_are_not():
    live = made(bootstrap={"recovery": {"source": "origin"}}, instances=1)
    found = kept(made(bootstrap={"initdb": {}}, instances=2), live, [BOOTSTRAP])
    assert found == made(bootstrap={"recovery": {"source": "origin"}}, instances=2)


def test_the_manifest_itself_is_left_alone():
    wanted = made(bootstrap={"initdb": {}})
    kept(wanted, made(bootstrap={"recovery": {}}), [BOOTSTRAP])
    assert wanted == made(bootstrap={"initdb": {}})


def test_another_object_is_not_meant():
    wanted = made(bootstrap={"initdb": {}})
    assert kept(wanted, made(bootstrap={}), [Keep("Cluster/other", "spec.bootstrap")]) == wanted


@pytest.mark.parametrize(
    ("live", "wanted", "found"), [("a b", "c", "a b c"), ("a b", "a", "a b"), ("", "a", "a"), ("a", "", "a")]
)
def test_words_are_added_to_those_that_are_there(live, wanted, found):
    assert kept(made(words=wanted), made(words=live), [WORDS]) == made(words=found)


def test_names_must_be_among_the_manifests():
    assert known("keep", ["Cluster/db"], [made()]) == {"Cluster/db"}
    with pytest.raises(Failure, match="keep names Cluster/dp, which is not in manifests"):
        known("keep", ["Cluster/dp"], [made()])
