"""Where browsers read static files from."""

import pytest

from .conftest import S3

ALIAS = "files.example.org"


@pytest.mark.parametrize(
    ("publish", "site", "alias", "address"),
    [
        (False, {}, ALIAS, None),
        (True, {}, ALIAS, "https://files.example.org"),
        ("yes", {}, ALIAS, "https://files.example.org"),
        ("false", {}, ALIAS, None),
        (True, {}, None, None),
        (False, {}, None, None),
        (True, {"cdn_host": "https://assets.example.org"}, ALIAS, "https://assets.example.org"),
        (False, {"cdn_host": "https://assets.example.org"}, ALIAS, "https://assets.example.org"),
    ],
)
def test_pages_ask_where_the_files_are(environments, publish, site, alias, address):
    storage = {"backend": "s3", "s3": {**S3, "alias_host": alias}, "pvc": None}
    made = environments(app_publish_assets=publish, app_site=site, app_storage=storage)
    assert told(made["web"]) == told(made["sidekiq-work"]) == address
    assert told(made["streaming"]) is None


def told(environment):
    return (environment.values | environment.composed).get("CDN_HOST")


@pytest.mark.parametrize("site", [{}, {"cdn_host": "https://assets.example.org"}])
def test_pods_of_before_do_not_learn_of_a_host_that_has_no_file_of_theirs(environments, site):
    """A ConfigMap is read anew whenever a container restarts; a Pod's template is its own."""
    storage = {"backend": "s3", "s3": {**S3, "alias_host": ALIAS}, "pvc": None}
    made = environments(app_publish_assets=True, app_site=site, app_storage=storage)
    assert "CDN_HOST" not in made["web"].values
    assert made["web"].composed["CDN_HOST"] == site.get("cdn_host", "https://files.example.org")
