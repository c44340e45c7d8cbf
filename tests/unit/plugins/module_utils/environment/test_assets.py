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
        (True, {"cdn_host": "https://assets.example.org"}, ALIAS, "https://assets.example.org"),
        (False, {"cdn_host": "https://assets.example.org"}, ALIAS, "https://assets.example.org"),
    ],
)
def test_pages_ask_where_the_files_are(environments, publish, site, alias, address):
    storage = {"backend": "s3", "s3": {**S3, "alias_host": alias}, "pvc": None}
    made = environments(app_publish_assets=publish, app_site=site, app_storage=storage)
    assert made["web"].values.get("CDN_HOST") == address
    assert made["sidekiq-work"].values.get("CDN_HOST") == address
    assert "CDN_HOST" not in made["streaming"].values
