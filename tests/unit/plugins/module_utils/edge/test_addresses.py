"""Where Gateways answer before DNS knows their names."""

from __future__ import annotations

from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._addresses import gateway_resolve
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._addresses import parse_overrides

WEB, APEX = "social.example.org", "example.org"


def listener(port, protocol, hostname=None):
    return {"name": "x", "port": port, "protocol": protocol, **({"hostname": hostname} if hostname else {})}


def gateway(*listeners, addresses=("192.0.2.7",)):
    values = [{"type": "IPAddress", "value": value} for value in addresses]
    return {"spec": {"listeners": list(listeners)}, "status": {"addresses": values}}


OWN = gateway(listener(443, "HTTPS", WEB), listener(443, "HTTPS", APEX), listener(80, "HTTP"))


def test_each_domain_is_asked_at_the_gateway():
    assert gateway_resolve([OWN], [WEB, APEX]) == [
        f"{WEB}:443:192.0.2.7",
        f"{WEB}:80:192.0.2.7",
        f"{APEX}:443:192.0.2.7",
        f"{APEX}:80:192.0.2.7",
    ]


def test_the_same_domain_is_asked_once():
    assert gateway_resolve([OWN], [WEB, WEB]) == gateway_resolve([OWN], [WEB])


def test_each_domain_goes_to_the_gateway_that_listens_for_it():
    web = gateway(listener(443, "HTTPS", f"*.{APEX}"), addresses=["192.0.2.1"])
    apex = gateway(listener(443, "HTTPS", APEX), addresses=["2001:db8::2"])
    assert gateway_resolve([web, apex], [WEB, APEX]) == [f"{WEB}:443:192.0.2.1", f"{APEX}:443:[2001:db8::2]"]


def test_an_unusual_port_is_named():
    assert gateway_resolve([gateway(listener(8443, "HTTPS"))], [WEB]) == [f"{WEB}:443:192.0.2.7:8443"]
    both = gateway(listener(8443, "HTTPS"), listener(443, "HTTPS"))
    assert gateway_resolve([both], [WEB]) == [f"{WEB}:443:192.0.2.7"]


def test_a_load_balancer_with_a_name_is_looked_up():
    named = gateway(listener(443, "HTTPS"))
    named["status"]["addresses"] = [{"type": "Hostname", "value": "localhost"}]
    (line,) = gateway_resolve([named], [WEB])
    assert line in (f"{WEB}:443:127.0.0.1", f"{WEB}:443:[::1]")
    named["status"]["addresses"] = [{"type": "Hostname", "value": "no-such-name.invalid"}]
    assert gateway_resolve([named], [WEB]) == []


def test_a_gateway_without_an_address_is_not_asked():
    assert gateway_resolve([{"spec": {"listeners": [listener(443, "HTTPS")]}}], [WEB]) == []
    assert gateway_resolve([], [WEB]) == []


def test_every_line_is_an_override():
    lines = gateway_resolve([gateway(listener(8443, "HTTPS"), addresses=["192.0.2.1", "2001:db8::2"])], [WEB])
    assert {address.port for found in parse_overrides(lines).values() for address in found} == {8443}
