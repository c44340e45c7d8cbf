"""Monitoring that somebody can read: no alert about what nobody may see, and none that stays silent without a word."""

from __future__ import annotations

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._app import mistakes as of_app
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._database import mistakes as of_database
from ansible_collections.fediverse.mastodon.plugins.module_utils._validate._silent_alerts import silent_alerts

CLIENTS = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]
ON = {"mastodon_monitoring": True}


def unreadable(**values):
    found = [*of_app(values), *of_database(values)]
    return [one.variable for one in found if "nobody may read metrics" in one.problem]


@pytest.mark.parametrize(
    ("values", "variables"),
    [
        ({}, []),
        (ON, ["app_metrics_clients", "database_metrics_clients"]),
        ({"mastodon_monitoring": "yes"}, ["app_metrics_clients", "database_metrics_clients"]),
        ({"mastodon_monitoring": "false"}, []),
        ({**ON, "mastodon_metrics_clients": CLIENTS}, []),
        ({**ON, "mastodon_metrics_clients": CLIENTS, "app_metrics_clients": []}, ["app_metrics_clients"]),
        ({**ON, "app_metrics_clients": CLIENTS}, ["database_metrics_clients"]),
        ({**ON, "app_network_policy": False, "database_network_policy": "no"}, []),
        ({**ON, "database_monitoring": False}, ["app_metrics_clients"]),
        ({**ON, "app_monitoring": False, "database_backend": "external"}, []),
    ],
    ids=str,
)
def test_alerts_need_somebody_who_may_read(values, variables):
    external = {"host": "pg", "password_secret": {"name": "pg", "key": "password"}}
    assert unreadable(database_external=external, **values) == variables


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({}, []),
        (ON, ["MastodonFederationBroken", "MastodonFederationUnchecked"]),
        ({**ON, "verify_schedule": "never"}, ["MastodonFederationBroken", "MastodonFederationUnchecked"]),
        ({**ON, "verify_schedule": "0 * * * *"}, ["MastodonFederationBroken", "MastodonFederationUnchecked"]),
        ({**ON, "verify_schedule": "0 * * * *", "verify_push_url": "http://push:9091/metrics/job/m"}, []),
        ({**ON, "app_monitoring": False}, []),
    ],
    ids=str,
)
def test_alerts_about_federation_that_nothing_feeds_are_named(values, named):
    said = " ".join(silent_alerts(values))
    assert [alert for alert in ("MastodonFederationBroken", "MastodonFederationUnchecked") if alert in said] == named
    assert ("kube-state-metrics" in said) is (values.get("verify_schedule") == "0 * * * *" and bool(named))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"edge_certificate_issuer": {"name": "letsencrypt"}}, []),
        ({}, ["edge_certificate_issuer"]),
        ({"edge_monitoring": False}, []),
        ({"edge_certificate_issuer": {"name": "ca"}, "database_backend": "external"}, ["database_backend"]),
    ],
    ids=str,
)
def test_what_nobody_watches_is_named(values, named):
    said = [sentence.partition(" ")[0] for sentence in silent_alerts({**ON, **values})]
    assert [variable for variable in said if variable != "verify_schedule"] == named
