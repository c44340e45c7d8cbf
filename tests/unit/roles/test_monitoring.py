"""Alerts and the dashboard: expressions that Prometheus can read, about metrics that exist, for whom they are meant."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[2]))
from support import app, backing

ROOT = Path(__file__).parents[3]
KNOWN = {name for names in yaml.safe_load((ROOT / "tests/support/metrics.yml").read_text()).values() for name in names}
PROMETHEUS = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]
MONITORED = {
    "mastodon_monitoring": True,
    "mastodon_monitoring_labels": {"release": "prometheus"},
    "mastodon_metrics_clients": PROMETHEUS,
}
# What is no metric in an expression: keywords, functions, and what stands in braces, brackets, quotes or after by.
WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\(|[a-zA-Z0-9_:])")
NO_METRIC = re.compile(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)')
KEYWORDS = {"and", "or", "unless", "by", "bool", "offset"}


def edge(directory, **variables):
    host = {
        "mastodon_local_domain": "example.org",
        "mastodon_namespace": "social",
        "mastodon_mode": "render",
        "mastodon_render_path": str(directory / "out"),
        "edge_services": {"web": {"name": "web", "port": 1}, "streaming": {"name": "streaming", "port": 2}},
        **variables,
    }
    (directory / "inventory.yml").write_text(yaml.safe_dump({"mastodon": {"hosts": {"one": host}}}))
    environment = {name: value for name, value in os.environ.items() if "KUBE" not in name and "K8S" not in name}
    subprocess.run(
        ["ansible-playbook", "tests/support/edge.yml", "-i", str(directory / "inventory.yml")],
        cwd=ROOT,
        env={**environment, "HOME": str(directory)},
        capture_output=True,
        check=True,
    )
    return list(yaml.safe_load_all((directory / "out/edge.yaml").read_text()))


@pytest.fixture(scope="module")
def objects(tmp_path_factory):
    """What the three roles render for monitoring, by kind and name."""
    directory = tmp_path_factory.mktemp("monitored")
    for name in ("app", "backing", "edge"):
        (directory / name).mkdir()
    app.render({**MONITORED, "mastodon_profile": "community"}, directory / "app")
    backing.render({**MONITORED, "mastodon_profile": "community"}, directory / "backing")
    issuer = {"edge_certificate_issuer": {"name": "letsencrypt", "kind": "ClusterIssuer"}}
    made = [
        *app.manifests(directory / "app"),
        *yaml.safe_load_all((directory / "backing/out/database.yaml").read_text()),
        *edge(directory / "edge", **MONITORED, **issuer),
    ]
    return {(one["kind"], one["metadata"]["name"]): one for one in made}


@pytest.fixture(scope="module")
def rules(objects):
    groups = [
        group for (kind, _name), one in objects.items() if kind == "PrometheusRule" for group in one["spec"]["groups"]
    ]
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture(scope="module")
def dashboard(objects):
    return json.loads(objects["ConfigMap", "mastodon-dashboard"]["data"]["mastodon.json"])


@pytest.fixture(scope="module")
def expressions(rules, dashboard):
    """Every expression by where it stands, with what Grafana puts in."""
    found = {f"alert {rule['alert']} {rule['labels'].get('workload', '')}": rule["expr"] for rule in rules}
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            found[f"panel {panel['title']} {target['refId']}"] = target["expr"]
    return found


def metrics(expression):
    return {word for word in WORD.findall(NO_METRIC.sub(" ", expression)) if word not in KEYWORDS}


def test_every_reason_to_call_somebody_has_its_alert(rules):
    assert {rule["alert"] for rule in rules if rule["labels"]["severity"] == "critical"} == {
        *("MastodonJobsWait", "MastodonNoScheduler", "MastodonNoWorkers", "MastodonNoWeb", "MastodonNoStreaming"),
        *("MastodonFederationBroken", "MastodonNoDatabase", "MastodonArchivingFails", "MastodonBackupOld"),
        *("MastodonDatabaseVolumeFull", "MastodonCertificateExpires", "MastodonQueuesTellNothing"),
        *("MastodonVolumeFull", "MastodonNoPooler"),
    }
    assert {rule["labels"]["severity"] for rule in rules} == {"critical", "warning"}


def test_every_metric_is_one_that_somebody_serves(expressions):
    unknown = {where: metrics(expression) - KNOWN for where, expression in expressions.items()}
    assert {where: names for where, names in unknown.items() if names} == {}
    assert all(metrics(expression) for expression in expressions.values())


def test_no_metric_is_listed_that_nothing_asks_for(expressions):
    asked = {name for expression in expressions.values() for name in metrics(expression)}
    assert KNOWN - asked == set()


def test_prometheus_can_read_every_expression(expressions):
    promql = pytest.importorskip("promql_parser", reason="needs promql-parser (tests/requirements.txt)")
    for where, expression in expressions.items():
        try:
            promql.parse(expression)
        except ValueError as error:
            pytest.fail(f"{where}: {error}")


def test_every_alert_is_about_this_instance_alone(rules):
    for rule in rules:
        selectors = re.findall(r"\{([^}]*)\}", rule["expr"])
        assert selectors, rule["alert"]
        for selector in selectors:
            assert re.search(r'namespace="social"|web_domain="example.org"', selector), rule


def test_every_alert_says_of_what_and_what_to_do(rules):
    for rule in rules:
        assert rule["for"]
        assert set(rule["annotations"]) == {"summary", "description"}
        assert (
            "social" in str(rule["annotations"])
            or "$labels" in rule["annotations"]["summary"]
            or "example.org" in str(rule)
        )


def test_a_missing_backup_and_an_old_one_are_two_alerts(rules, tmp_path):
    backups = {rule["alert"]: rule for rule in rules if "Backup" in rule["alert"]}
    assert {name: rule["labels"]["severity"] for name, rule in backups.items()} == {
        "MastodonBackupOld": "critical",
        "MastodonNoBackup": "warning",
    }
    # Zero stands for none yet, which is not a backup of 1970.
    told = [re.findall(r"\w+_timestamp\{[^}]*\} > 0", rule["expr"]) for rule in backups.values()]
    assert [len(found) for found in told] == [2, 2]
    assert told[0] == told[1]
    backing.render({**MONITORED, "database_alert_backup_age": 0}, tmp_path)
    assert "Backup" not in (tmp_path / "out/database.yaml").read_text()


def test_all_that_is_watched_admits_who_watches(objects):
    """The PodMonitors' ports, whatever the policies otherwise admit."""
    admitted = {
        (name, port["port"])
        for (kind, name), one in objects.items()
        if kind == "NetworkPolicy"
        for rule in one["spec"].get("ingress", [])
        if "from" not in rule or PROMETHEUS[0] in rule["from"]
        for port in rule.get("ports", [])
    }
    assert admitted >= {
        *(("mastodon-web", 9394), ("mastodon-sidekiq", 9394), ("mastodon-streaming", 4000)),
        *(("mastodon-database", 9187), ("mastodon-database", 9127)),
    }


def test_one_group_alone_is_missed_as_the_scheduler(rules):
    assert [rule["labels"]["workload"] for rule in rules if rule["alert"] == "MastodonNoScheduler"] == [
        "mastodon-sidekiq-scheduler"
    ]
    workers = [rule["labels"]["workload"] for rule in rules if rule["alert"] == "MastodonNoWorkers"]
    assert workers == [f"mastodon-sidekiq-{group}" for group in ("default", "federation", "background")]


def test_alerts_tell_processes_apart_by_labels_that_the_monitors_bring(objects, rules):
    brought = {
        re.sub(r"[^a-zA-Z0-9_]", "_", label)
        for (kind, _name), one in objects.items()
        if kind == "PodMonitor"
        for label in one["spec"].get("podTargetLabels", [])
    }
    asked = {label for rule in rules for label in re.findall(r"fediverse_mastodon_\w+", rule["expr"])}
    assert asked == {"fediverse_mastodon_group", "fediverse_mastodon_process"}
    assert asked <= brought


def test_everything_is_found_by_the_labels_of_the_user_s_prometheus(objects):
    monitored = {name: one for name, one in objects.items() if name[0] in ("PodMonitor", "PrometheusRule")}
    assert set(monitored) == {
        *(("PodMonitor", name) for name in ("mastodon-ruby", "mastodon-streaming", "mastodon-database")),
        *(("PrometheusRule", name) for name in ("mastodon", "mastodon-database", "mastodon-edge")),
    }
    assert all(one["metadata"]["labels"]["release"] == "prometheus" for one in monitored.values())
    assert objects["ConfigMap", "mastodon-dashboard"]["metadata"]["labels"]["grafana_dashboard"] == "1"


def test_metrics_are_on_with_those_of_queues(objects):
    for group in ("default", "scheduler"):
        data = objects["ConfigMap", f"mastodon-sidekiq-{group}"]["data"]
        assert data["MASTODON_PROMETHEUS_EXPORTER_ENABLED"] == "true"
        assert data["MASTODON_PROMETHEUS_EXPORTER_SIDEKIQ_DETAILED_METRICS"] == "true"
        # Without it the port answers to nobody but the pod itself (operators.md 16).
        assert data["MASTODON_PROMETHEUS_EXPORTER_HOST"] == "0.0.0.0"


def test_the_dashboard_is_whole(dashboard):
    identities = [panel["id"] for panel in dashboard["panels"]]
    assert len(identities) == len(set(identities))
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in dashboard["panels"]]
    assert len(places) == len(set(places))
    rows = {place["y"] for place in (panel["gridPos"] for panel in dashboard["panels"])}
    widths = {
        row: sum(panel["gridPos"]["w"] for panel in dashboard["panels"] if panel["gridPos"]["y"] == row) for row in rows
    }
    assert set(widths.values()) == {24}, "a row has a gap"
    variables = {f"${one['name']}" for one in dashboard["templating"]["list"]}
    asked = {
        name for panel in dashboard["panels"] for name in re.findall(r"\$\w+", json.dumps(panel.get("targets", [])))
    }
    assert asked <= variables


def test_what_the_cluster_does_not_know_is_left_out(tmp_path):
    (tmp_path / "backing").mkdir()
    absent = {
        "preflight_cluster": {"absent": ["PodMonitor", "PrometheusRule", "ScaledObject", "TriggerAuthentication"]}
    }
    app.render(
        {**MONITORED, **absent, "app_autoscaling": {"web": True, "sidekiq": True}, "mastodon_profile": "small"},
        tmp_path,
    )
    backing.render({**MONITORED, **absent}, tmp_path / "backing")
    made = [
        *app.manifests(tmp_path),
        *yaml.safe_load_all((tmp_path / "backing/out/database.yaml").read_text()),
    ]
    kinds = {one["kind"] for one in made}
    assert kinds & {"PodMonitor", "PrometheusRule", "ScaledObject", "TriggerAuthentication"} == set()
    assert "HorizontalPodAutoscaler" in kinds
    # Nobody scales the workers, so their number is said.
    (work,) = [one for one in made if (one["kind"], one["metadata"]["name"]) == ("Deployment", "mastodon-sidekiq-work")]
    assert work["spec"]["replicas"] == 2
