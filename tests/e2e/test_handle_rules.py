"""The ready rules for web servers elsewhere, in real nginx, Apache, Caddy and Traefik: with them every clause holds.

The programs are those of a Debian root that `bed rootfs` makes, which takes root and Debian's archive; Traefik is the
one that `bed build traefik` makes.
"""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle import Handle
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._handle_domain import Wish, converge
from ansible_collections.fediverse.mastodon.plugins.module_utils._edge._rules import rule
from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach
from support.certificates import write
from support.fediverse import APEX, WEB, Fediverse, Handler, Server
from support.playbooks import ROOT

pytestmark = pytest.mark.cluster

CACHE = Path(os.environ.get("BED") or Path.home() / ".cache/fediverse-mastodon/bed")
PACKAGES = ("nginx-light", "apache2", "caddy")
HANDLE = Handle(APEX, WEB, "mastodon", backend="none")
# The program sees the test's own directory as /mnt.
IN_ROOT = """
for each in dev proc; do mount --bind "/$each" "$0/$each"; done
mount --bind "$1" "$0/mnt"
shift
exec chroot "$0" "$@"
"""

NGINX = """
daemon off; error_log stderr; pid /mnt/nginx.pid;
events {{}}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:{port} ssl; server_name {apex};
    ssl_certificate /mnt/tls.crt; ssl_certificate_key /mnt/tls.key;
    {rule}
    location / {{ return 404; }}
  }}
}}
"""
APACHE = """
ServerRoot /etc/apache2
PidFile /mnt/apache.pid
ErrorLog /dev/stderr
Listen 127.0.0.1:{port}
User www-data
Group www-data
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so
<VirtualHost 127.0.0.1:{port}>
  ServerName {apex}
  DocumentRoot /var/empty
  SSLEngine on
  SSLCertificateFile /mnt/tls.crt
  SSLCertificateKeyFile /mnt/tls.key
  {rule}
</VirtualHost>
"""
CADDY = """
{{
  admin off
  auto_https off
}}
https://{apex}:{port} {{
  bind 127.0.0.1
  tls /mnt/tls.crt /mnt/tls.key
  {rule}
  handle {{
    respond 404
  }}
}}
"""
TRAEFIK = """
tls:
  certificates:
    - certFile: {directory}/tls.crt
      keyFile: {directory}/tls.key
{rule}
"""
CONFIGURATIONS = {"nginx": NGINX, "apache": APACHE, "caddy": CADDY, "traefik": TRAEFIK}


@pytest.fixture(scope="session")
def debian():
    """A root with the three servers, kept for the next run."""
    root = CACHE / "img/servers"
    if not root.exists():
        if os.geteuid() != 0:
            pytest.skip("needs root to make a Debian root with the web servers")
        unfinished = CACHE / "img/servers.part"
        subprocess.run([ROOT / "tests/cluster/bed", "rootfs", unfinished, *PACKAGES], check=True)
        unfinished.rename(root)
    return root


def command(server, directory, debian, port):
    if server == "traefik":
        program = CACHE / "bin/traefik"
        if not program.exists():
            pytest.skip("Traefik is not built (tests/cluster/bed build traefik)")
        entry = f"--entryPoints.websecure.address=127.0.0.1:{port}"
        return [program, entry, f"--providers.file.filename={directory}/configuration.yml"]
    inside = {
        "nginx": ["nginx", "-c", "/mnt/configuration.yml"],
        "apache": ["apache2", "-f", "/mnt/configuration.yml", "-DFOREGROUND"],
        "caddy": ["env", "HOME=/mnt", "caddy", "run", "--config", "/mnt/configuration.yml", "--adapter", "caddyfile"],
    }
    return ["unshare", "--mount", "sh", "-ec", IN_ROOT, debian, directory, *inside[server]]


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def instance(tmp_path):
    """The instance on the web domain; the port it answers on."""
    write(tmp_path / "web", [WEB])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "web/tls.crt", tmp_path / "web/tls.key")

    class Instance(Handler):
        fediverse = Fediverse()

    server = Server(("127.0.0.1", 0), Instance)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def serve(tmp_path, debian):
    """Starts a server with a configuration and returns its port."""
    running = []

    def serve(server, text):
        directory, port = tmp_path / "server", free_port()
        write(directory, [APEX])
        for file in directory.iterdir():
            file.chmod(0o644)
        values = {"port": port, "apex": APEX, "rule": text, "directory": directory}
        (directory / "configuration.yml").write_text(CONFIGURATIONS[server].format(**values))
        running.append(subprocess.Popen([str(part) for part in command(server, directory, debian, port)]))
        return port

    yield serve
    for process in running:
        process.terminate()
        process.wait(30)


class Nothing:
    """A cluster in which there is nothing of ours to remove."""

    def get(self, api_version, kind, name, namespace):
        return None


def proven(handle, ports, tmp_path):
    authorities = "".join((tmp_path / name / "ca.crt").read_text() for name in ("web", "server"))
    resolve = tuple(f"{name}:443:127.0.0.1:{port}" for name, port in zip((APEX, WEB), ports, strict=True))
    wish = Wish(handle, True, None, Reach(resolve, ca_pem=authorities), 20.0)
    return converge(Nothing(), wish, check_mode=False, note=print)


@pytest.mark.parametrize("status", [301, 302])
@pytest.mark.parametrize("server", CONFIGURATIONS)
def test_every_clause_holds_with_the_rule(server, status, serve, instance, tmp_path):
    handle = replace(HANDLE, status=status)
    done = proven(handle, (serve(server, rule(handle, server)), instance), tmp_path)
    failed = {one["clause"]: one["got"] for one in done["verdicts"] if one["verdict"] not in ("ok", "skipped")}
    assert failed == {}
    assert {"C1", "C2", "C3", "C4", "C5", "C7"} <= {one["clause"] for one in done["verdicts"] if one["verdict"] == "ok"}


@pytest.mark.parametrize("server", ["nginx", "apache", "caddy"])
def test_a_server_without_the_rule_is_recognized_and_shown_its_rule(server, serve, instance, tmp_path):
    done = proven(HANDLE, (serve(server, ""), instance), tmp_path)
    assert (done["failed"], done["verdict"]) == (True, "drift")
    assert "C1" in done["drift"]
    assert done["msg"].endswith(f"This rule does it on {server}:\n\n{rule(HANDLE, server)}")
