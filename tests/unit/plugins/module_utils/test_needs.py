"""What the cluster must know follows from the backends chosen."""

from ansible_collections.fediverse.mastodon.plugins.module_utils._needs import needed_kinds


def kinds(values):
    return {need["kind"] for need in needed_kinds(values)}


def test_the_defaults_need_cloudnativepg_and_the_gateway_api():
    assert kinds({}) == {"Cluster", "Pooler", "Gateway", "HTTPRoute"}


def test_an_external_database_needs_no_operator():
    assert kinds({"database_backend": "external"}) == {"Gateway", "HTTPRoute"}


def test_an_issuer_needs_cert_manager_and_the_cure_names_the_way_out():
    need = next(n for n in needed_kinds({"edge_certificate_issuer": {"name": "x"}}) if n["kind"] == "Certificate")
    assert "edge_certificate_secret" in need["cure"]


def test_pod_monitors_need_the_operator_that_reads_them():
    assert "PodMonitor" in kinds({"app_metrics": {"enabled": True, "pod_monitor": True}})
    assert "PodMonitor" not in kinds({"app_metrics": {}})
