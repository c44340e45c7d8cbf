"""The filter makes the manifest that the module applies, and says what it misses."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.fediverse.mastodon.plugins.filter.handle_redirect import handle_redirect
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._redirect import Handle, redirect_route

HANDLE = Handle("example.org", "social.example.org", "mastodon", "public", "gateways", "https-apex")


def test_the_filter_makes_the_same_manifest():
    given = {name: getattr(HANDLE, name) for name in ("local_domain", "web_domain", "namespace", "gateway_name")}
    assert handle_redirect({**given, "gateway_namespace": "gateways", "gateway_section": "https-apex"}) == [
        redirect_route(HANDLE)
    ]
    assert handle_redirect({**given, "gateway_namespace": "g", "web_domain": "example.org"}) == []
    with pytest.raises(AnsibleFilterError, match="gateway_namespace"):
        handle_redirect(given)
