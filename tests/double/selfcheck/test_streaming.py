"""Streaming (mastodon.md 3.3, 3.7, 5.4)."""

from __future__ import annotations

import json

import pytest
from cluster import CA_FILE, STREAMING, Pod, kubectl

pytestmark = pytest.mark.cluster

UPGRADE = (
    *("-H", "Connection: Upgrade", "-H", "Upgrade: websocket"),
    *("-H", "Sec-WebSocket-Version: 13", "-H", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
)
LISTEN = """
import asyncio, sys, aiohttp
async def main(token):
    async with aiohttp.ClientSession() as session:
        url = "http://streaming:4000/api/v1/streaming?stream=public:local"
        async with session.ws_connect(url, protocols=[token], autoping=False) as socket:
            print("connected", flush=True)
            message = await socket.receive(timeout=40)
            print(message.type.name, message.data, flush=True)
asyncio.run(main(sys.argv[1]))
"""
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "streaming"},
    "spec": {"selector": {"app": "streaming"}, "ports": [{"port": 4000}]},
}


def start(name, **env):
    variables = {key: value for key, value in {**STREAMING, **env}.items() if value is not None}
    return Pod(name, None, variables, image="double-streaming", http=(4000, "/api/v1/streaming/health")).start()


def ask(pod, path, *arguments):
    return pod.get(path, *arguments, port=4000)


def test_health_and_metrics(streaming):
    health = ask(streaming, "/api/v1/streaming/health")
    assert (health.status, health.body) == (200, "OK")
    assert health.headers["x-mastodon-double"] == "streaming; version=4.6.5"
    assert 'connected_clients{type="websocket"} 0' in ask(streaming, "/metrics").body


def test_an_upgrade_without_a_token_is_refused(streaming):
    """For public streams too (mastodon: streaming/index.js, accountFromRequest)."""
    answer = ask(streaming, "/api/v1/streaming?stream=public", *UPGRADE)
    assert (answer.status, answer.headers["x-error-message"]) == (401, "Missing access token")
    wrong = ask(streaming, "/api/v1/streaming?access_token=wrong", *UPGRADE)
    assert (wrong.status, wrong.headers["x-error-message"]) == (401, "Invalid access token")
    assert ask(streaming, "/api/v1/streaming/public").json == {"error": "Missing access token"}


def test_an_upgrade_with_a_token_is_answered_101(streaming, token):
    answer = ask(streaming, f"/api/v1/streaming?access_token={token}", *UPGRADE, "--max-time", "2")
    assert answer.status == 101


def test_a_post_travels_from_web_through_sidekiq_to_a_web_socket(web, sidekiq, streaming, token):
    kubectl("apply", "-f", "-", given=json.dumps(SERVICE))
    script = f"""
python3 -c '{LISTEN}' {token} > /tmp/heard &
until grep -q connected /tmp/heard; do sleep 0.2; done; sleep 1
curl -sf -H "Host: social.example.org" -H "X-Forwarded-Proto: https" -H "Authorization: Bearer {token}" \\
  -d status=hello http://localhost:3000/api/v1/statuses > /dev/null
wait; cat /tmp/heard"""
    heard = web.run("bash", "-c", script).out.splitlines()[-1]
    kind, data = heard.split(" ", 1)
    message = json.loads(data)
    assert (kind, message["stream"], message["event"]) == ("TEXT", ["public:local"], "update")
    assert "hello" in json.loads(message["payload"])["content"]


def test_pings_every_30_seconds(web, streaming, token):
    kubectl("apply", "-f", "-", given=json.dumps(SERVICE))
    assert "PING" in web.run("python3", "-c", LISTEN, token).out


def test_event_source(streaming, token):
    answer = ask(streaming, f"/api/v1/streaming/public?access_token={token}", "--max-time", "2")
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.body.startswith(":)\n")


def test_term_drops_everybody_at_once(prepared, token):
    pod = start("dropped")
    listen = f"curl -sN 'http://localhost:4000/api/v1/streaming/public?access_token={token}' > /dev/null"
    script = f"{listen} & sleep 1; kill -TERM 1"
    pod.run("sh", "-c", script)
    kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/dropped", "--timeout=5s")
    pod.delete()


@pytest.mark.parametrize(
    ("mode", "trust", "status"),
    [
        ("verify-full", CA_FILE, 101),
        ("verify-full", None, 500),
        ("prefer", None, 500),  # any other word means full verification, unlike Rails
        ("prefer", CA_FILE, 101),
        ("no-verify", None, 101),
        ("disable", None, 101),
        (None, None, 101),
    ],
)
def test_what_db_sslmode_means_to_node(prepared, token, mode, trust, status):
    pod = start("tls", DB_SSLMODE=mode, NODE_EXTRA_CA_CERTS=trust, PGSSLMODE="verify-full", PGSSLROOTCERT="/nowhere")
    answer = ask(pod, f"/api/v1/streaming?access_token={token}", *UPGRADE, "--max-time", "2")
    assert answer.status == status
    pod.delete()


def test_healthy_without_database_and_redis(prepared):
    pod = start("lonely", DB_HOST="nowhere.invalid", REDIS_HOST="nowhere.invalid")
    assert ask(pod, "/api/v1/streaming/health").status == 200
    pod.delete()
