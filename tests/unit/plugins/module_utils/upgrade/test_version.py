"""Versions in images' tags, and how releases follow each other."""

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._upgrade._version import (
    Series,
    Version,
    floor,
    skipped,
    version,
    version_of_image,
)


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("ghcr.io/mastodon/mastodon:v4.6.5", "4.6.5"),
        ("registry:5000/a/mastodon:v4.6.5@sha256:00", "4.6.5"),
        ("other/mastodon:4.10.0-mine", "4.10.0"),
        ("mastodon:nightly", None),
        ("registry:5000/mastodon", None),
        ("mastodon@sha256:00", None),
    ],
)
def test_the_version_in_an_image(image, found):
    assert version_of_image(image) == (version(found) if found else None)


def test_versions_are_compared_as_numbers():
    assert Version(4, 10, 0) > Version(4, 9, 9)
    assert (str(Version(4, 10, 0)), str(Version(4, 10, 0).series)) == ("4.10.0", "4.10")


@pytest.mark.parametrize(
    ("present", "wanted", "between"),
    [
        ("4.6.5", "4.6.6", ""),
        ("4.6.5", "4.6.1", ""),
        ("4.5.15", "4.6.5", ""),
        ("4.6.5", "4.5.15", ""),
        ("4.4.9", "4.6.5", "4.5"),
        ("4.2.0", "4.6.5", "4.3, 4.4, 4.5"),
        ("3.5.19", "4.0.2", ""),
        ("3.4.6", "4.1.0", "3.5, 4.0"),
        ("4.7.1", "5.0.0", "what lies between 4.7 and 5.0"),
        ("3.5.0", "5.0.0", "what lies between 3.5 and 5.0"),
    ],
)
def test_what_is_skipped(present, wanted, between):
    assert skipped(version(present), version(wanted)) == between


@pytest.mark.parametrize(
    ("wanted", "oldest"), [("4.2.9", None), ("4.3.0", (4, 2)), ("4.6.5", (4, 2)), ("4.7.0", (4, 3)), ("5.0.0", (4, 3))]
)
def test_the_floor(wanted, oldest):
    found = floor(version(wanted))
    assert (found and found.series) == (Series(*oldest) if oldest else None)
    assert found is None or found.source
