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


def optional(values):
    return {need["kind"] for need in needed_kinds(values) if need["optional"]}


def test_what_only_helps_to_run_it_is_done_without_where_nobody_reads_it():
    assert optional({"mastodon_monitoring": True}) == {"PodMonitor", "PrometheusRule"}
    assert optional({"mastodon_monitoring": True, "app_monitoring": False}) == {"PodMonitor", "PrometheusRule"}
    assert optional({"database_monitoring": True}) == {"PodMonitor", "PrometheusRule"}
    assert optional({"app_autoscaling": {"sidekiq": True}}) == {"ScaledObject", "TriggerAuthentication"}
    assert optional({"app_autoscaling": {"web": True}}) == set()
    assert optional({}) == set()
    # As -e gives them.
    assert optional({"mastodon_monitoring": "false", "app_autoscaling": {"sidekiq": "no"}}) == set()
