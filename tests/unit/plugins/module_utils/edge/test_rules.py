"""The rules for servers outside the cluster: each names the paths, the target, the status and the headers.

That they work is shown on the servers themselves, in tests/e2e/test_handle_rules.py.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace

import pytest
import yaml
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import HANDLE_PATHS, Handle
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._rules import recognized, rule, rules

HANDLE = Handle("example.org", "social.example.org", "mastodon", backend="none", max_age=600)
SERVERS = sorted(rules(HANDLE))


@pytest.mark.parametrize("server", SERVERS)
def test_a_rule_names_target_status_headers_and_every_path(server):
    text = rule(HANDLE, server)
    assert "https://social.example.org" in text
    assert "access-control-allow-origin" in text.lower()
    assert "max-age=600" in text
    for path in HANDLE_PATHS:
        assert path.rpartition("/")[2] in text
    assert text.endswith("\n")


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("status", [301, 302])
def test_a_trial_has_its_own_status(server, status):
    text = rule(replace(HANDLE, status=status), server)
    if server == "traefik":
        (middleware,) = [one for one in yaml.safe_load(text)["http"]["middlewares"].values() if "redirectRegex" in one]
        assert middleware["redirectRegex"]["permanent"] is (status == 301)
    else:
        assert re.findall(r"\b30[1278]\b", text) == [str(status)] * text.count(str(status))
        assert str(status) in text


def test_traefik_s_file_is_complete():
    http = yaml.safe_load(rule(HANDLE, "traefik"))["http"]
    (router,) = http["routers"].values()
    assert set(router["middlewares"]) == set(http["middlewares"])


JAVASCRIPT = {
    # The code, and an expression that gives {status, location} or null for a URL, as each platform calls it.
    "cloudflare": """
        globalThis.fetch = () => null;
        const found = await (await load()).default.fetch({url});
        answer(found && {status: found.status, headers: Object.fromEntries(found.headers)});
    """,
    "netlify": """
        const code = await load();
        const found = code.config.path.includes(new URL(url).pathname) ? code.default({url}) : null;
        answer(found && {status: found.status, headers: Object.fromEntries(found.headers)});
    """,
    "s3": """
        const code = await load("\\nexport { handler };");
        const [, path, query] = /^https:..[^/]*([^?]*)(?:[?](.*))?$/.exec(url);
        const found = code.handler({request: {uri: path, rawQueryString: () => query}});
        const headers = Object.entries(found.headers || {}).map(([name, {value}]) => [name, value]);
        answer(found.statusCode ? {status: found.statusCode, headers: Object.fromEntries(headers)} : null);
    """,
}


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node to run what these platforms run")
@pytest.mark.parametrize("server", JAVASCRIPT)
@pytest.mark.parametrize(
    ("target", "moved"),
    [
        ("/.well-known/webfinger?resource=acct%3Aa%40example.org&rel=self", True),
        ("/.well-known/webfinger?resource=acct:a@example.org", True),
        ("/.well-known/host-meta", True),
        ("/.well-known/webfinger/more", False),
        ("/", False),
    ],
)
def test_the_code_of_an_edge_platform_redirects_byte_for_byte(server, target, moved):
    source = json.dumps(rule(HANDLE, server))
    script = (
        f"const url = {json.dumps(f'https://example.org{target}')};\n"
        f"const load = (more = '') => import('data:text/javascript,' + encodeURIComponent({source} + more));\n"
        "const answer = (found) => console.log(JSON.stringify(found));\n" + JAVASCRIPT[server]
    )
    done = subprocess.run(["node", "--input-type=module"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = {
        "status": 301,
        "headers": {
            "location": f"https://social.example.org{target}",
            "access-control-allow-origin": "*",
            "cache-control": "max-age=600",
        },
    }
    assert json.loads(done.stdout) == (expected if moved else None)


@pytest.mark.parametrize(
    ("signature", "server"),
    [
        ("nginx/1.26.3", "nginx"),
        ("openresty", "nginx"),
        ("Caddy", "caddy"),
        ("Apache/2.4.62 (Debian)", "apache"),
        ("cloudflare", "cloudflare"),
        ("Netlify", "netlify"),
        ("AmazonS3", "s3"),
        ("envoy", None),
        ("", None),
        (None, None),
    ],
)
def test_a_server_is_known_by_its_signature(signature, server):
    assert recognized(signature) == server
