# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands in containers, over the API server's WebSocket.

The stream client of the kubernetes package cannot close the command's standard input in all its versions, so commands
that read to the end of it would hang. This speaks the same protocol (v5.channel.k8s.io, Kubernetes 1.30 and newer)
over the connection which that package opens.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ._errors import Failure, KubeError, status_body
from ._transport import Transport

PROTOCOL = "v5.channel.k8s.io"
STDIN, STDOUT, STDERR, ERROR, CLOSE = 0, 1, 2, 3, 255
# A frame may not exceed what the kubelet's stream buffers.
CHUNK = 16384


@dataclass(frozen=True)
class ExecResult:
    code: int
    stdout: str
    stderr: str


@dataclass
class _Channels:
    buffers: dict[int, bytearray] = field(default_factory=lambda: {channel: bytearray() for channel in range(4)})

    def add(self, frame: bytes) -> None:
        if frame and frame[0] in self.buffers:
            self.buffers[frame[0]] += frame[1:]

    def text(self, channel: int) -> str:
        return self.buffers[channel].decode("utf-8", "replace")


def run(
    transport: Transport, path: str, command: Sequence[str], *, container: str | None, stdin: str | None, timeout: float
) -> ExecResult:
    where = path.split("/namespaces/")[1].removesuffix("/exec").replace("/pods/", "/")
    attempt = f"run {command[0]} in Pod {where}"
    if transport.impersonates:
        raise Failure(
            f"Cannot {attempt}: impersonate_user and impersonate_groups do not work for running commands in pods."
        )
    query: dict[str, Any] = {"command": list(command), "stdout": "true", "stderr": "true"}
    if container:
        query["container"] = container
    if stdin is not None:
        query["stdin"] = "true"
    socket = _open(transport, transport.url(path, query), attempt)
    try:
        if stdin is not None:
            _send(socket, stdin.encode())
        channels = _receive(socket, attempt, time.monotonic() + timeout, timeout)
    finally:
        socket.close()
    return ExecResult(exit_code(channels.text(ERROR), attempt), channels.text(STDOUT), channels.text(STDERR))


def _open(transport: Transport, url: str, attempt: str) -> Any:
    from kubernetes.stream.ws_client import create_websocket
    from websocket import WebSocketBadStatusException, WebSocketException

    headers = {**transport.authorization(), "sec-websocket-protocol": PROTOCOL}
    transport.sent += 1
    try:
        return create_websocket(transport.configuration, url.replace("http", "ws", 1), headers)
    except WebSocketBadStatusException as error:
        body = status_body(getattr(error, "resp_body", None) or b"")
        raise KubeError(attempt, error.status_code, body) from error
    except (WebSocketException, OSError) as error:
        raise Failure(f"Cannot {attempt}: the connection failed ({error}).") from error


def _send(socket: Any, data: bytes) -> None:
    for start in range(0, len(data), CHUNK):
        socket.send_binary(bytes([STDIN]) + data[start : start + CHUNK])
    socket.send_binary(bytes([CLOSE, STDIN]))


def _receive(socket: Any, attempt: str, deadline: float, timeout: float) -> _Channels:
    from websocket import ABNF, WebSocketConnectionClosedException, WebSocketTimeoutException

    channels = _Channels()
    while True:
        try:
            socket.settimeout(max(deadline - time.monotonic(), 0.001))
            opcode, frame = socket.recv_data()
        except WebSocketTimeoutException as error:
            raise Failure(f"Cannot {attempt}: it did not end within {timeout:g} seconds.") from error
        except (WebSocketConnectionClosedException, OSError):
            return channels
        if opcode == ABNF.OPCODE_CLOSE:
            return channels
        channels.add(frame if isinstance(frame, bytes) else frame.encode())


def exit_code(status: str, attempt: str) -> int:
    """The command's exit code from the Status that the server sends at the end."""
    if not status:
        raise Failure(f"Cannot {attempt}: the connection was lost before the command ended.")
    body = json.loads(status)
    if body.get("status") == "Success":
        return 0
    for cause in (body.get("details") or {}).get("causes") or ():
        if cause.get("reason") == "ExitCode":
            return int(cause["message"])
    raise KubeError(attempt, int(body.get("code") or 500), body)
