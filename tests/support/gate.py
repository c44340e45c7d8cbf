"""A gate in front of the API server: counts what passes, and holds one chosen request for ever.

Whoever sent the held request can then be killed at exactly that point of its work, however fast it is.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass(frozen=True)
class Call:
    """One request to the API."""

    method: str
    target: str
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def trial(self) -> bool:
        """Whether it asks only what would happen."""
        return "dryRun" in parse_qs(urlsplit(self.target).query)

    @property
    def object(self) -> dict[str, Any]:
        return json.loads(self.body or b"{}")


@dataclass(frozen=True)
class Stop:
    """The request to hold: before the API server gets it, or after it has done what was asked but before it is told."""

    when: Literal["before", "after"]
    call: Callable[[Call], bool]


class Gate:
    """Listens beside the cluster of KUBECONFIG; ``kubeconfig`` leads through it."""

    def __init__(self, directory: Path) -> None:
        self.made: list[Call] = []  # what was created and accepted
        self.held = threading.Event()
        self._stop: Stop | None = None
        self._gone = threading.Event()
        self._behind = subprocess.Popen(
            ["kubectl", "proxy", "--port=0", "--reject-paths=^$"], stdout=subprocess.PIPE, text=True
        )
        self.port = int(re.search(r":(\d+)$", self._behind.stdout.readline().strip()).group(1))
        handler = type("Handler", (_Handler,), {"gate": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.kubeconfig = directory / "gate.kubeconfig"
        cluster = {"server": f"http://127.0.0.1:{self._server.server_port}"}
        context = {"cluster": "gate", "user": "gate"}
        self.kubeconfig.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": "gate",
                    "clusters": [{"name": "gate", "cluster": cluster}],
                    "contexts": [{"name": "gate", "context": context}],
                    "users": [{"name": "gate", "user": {}}],
                }
            )
        )

    @property
    def environment(self) -> dict[str, str]:
        """Of a run whose requests pass through it."""
        return {"K8S_AUTH_KUBECONFIG": str(self.kubeconfig)}

    def hold(self, stop: Stop | None) -> None:
        """Hold the next such request; None for letting everything pass."""
        self.held.clear()
        self._stop = stop

    def close(self) -> None:
        self._gone.set()
        self._server.shutdown()
        self._server.server_close()
        self._behind.terminate()
        self._behind.wait()

    def at(self, when: str, call: Call) -> None:
        """Called around each request; does not return from the one to be held."""
        stop = self._stop
        if stop and stop.when == when and stop.call(call):
            self.held.set()
            self._gone.wait()
            raise ConnectionAbortedError


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients are killed: that is what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    gate: Gate

    def _pass(self) -> None:
        call = Call(self.command, self.path, self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.gate.at("before", call)
        if "upgrade" in self.headers.get("Connection", "").lower():
            self._connect()
            return
        behind = http.client.HTTPConnection("127.0.0.1", self.gate.port)
        kept = {name: value for name, value in self.headers.items() if name.lower() not in {*HOP_BY_HOP, "host"}}
        behind.request(call.method, call.target, body=call.body or None, headers=kept)
        answer = behind.getresponse()
        content = answer.read()
        behind.close()
        if call.method == "POST" and answer.status == 201 and not call.trial:
            self.gate.made.append(call)
        self.gate.at("after", call)
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _pass  # noqa: N815

    def _connect(self) -> None:
        """Hand a connection that becomes something else, such as a command's, through as it is."""
        behind = socket.create_connection(("127.0.0.1", self.gate.port))
        lines = [self.requestline, *(f"{name}: {value}" for name, value in self.headers.items()), "", ""]
        behind.sendall("\r\n".join(lines).encode())
        back = threading.Thread(target=_copy, args=(behind, self.connection), daemon=True)
        back.start()
        _copy(self.connection, behind)
        back.join()
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # either side is gone
