"""A fediverse of one machine: an apex and an instance behind HTTPS servers on loopback, with a throwaway authority."""

from __future__ import annotations

import datetime
import itertools
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.fediverse.mastodon.plugins.module_utils._probe._check import Reach, Report, check_instance
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from support.fediverse import APEX, Fediverse, Handler, Server

DAY = datetime.timedelta(days=1)
LOOPBACK = {4: "127.0.0.1", 6: "::1"}


class Authority:
    """A root, an intermediate, and leaves made to order."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._root_key, self._key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self._root = self._sign("root", self._root_key.public_key(), "root", self._root_key)
        self._intermediate = self._sign("intermediate", self._key.public_key(), "root", self._root_key)
        self.path = directory / "ca.pem"
        self.path.write_bytes(self._root.public_bytes(serialization.Encoding.PEM))

    def leaf(self, names: tuple[str, ...], *, days: int = 90, chain: bool = True) -> Path:
        """A file with key, leaf and, unless the chain is to be incomplete, the intermediate."""
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self._sign(names[0], key.public_key(), "intermediate", self._key, names=names, days=days)
        path = self._directory / f"{names[0]}-{days}-{chain}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        certificates = [leaf, self._intermediate] if chain else [leaf]
        path.write_bytes(private + b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates))
        return path

    @staticmethod
    def _sign(subject, public_key, issuer, signer, *, names=(), days=365):
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 400 * DAY)
            .not_valid_after(now + days * DAY)
            .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False
            )
        return builder.sign(signer, hashes.SHA256())


class ServerOverIpv6(Server):
    address_family = socket.AF_INET6


@dataclass
class Bed:
    """A running fediverse; C(check) asks it as the world would."""

    authority: Authority
    fediverse: Fediverse
    resolve: tuple[str, ...] = ()

    def reach(self, **options) -> Reach:
        return Reach(**{"resolve": self.resolve, "ca_path": str(self.authority.path), "timeout": 5.0, **options})

    def check(self, *, local_domain: str | None = APEX, reach: Reach | None = None, **options) -> Report:
        return check_instance(self.fediverse.web, local_domain, reach=reach or self.reach(), **options)


@contextmanager
def serving(
    authority: Authority,
    fediverse: Fediverse,
    *,
    certificates: dict[str, Path] | None = None,
    protocols: tuple[str, ...] = ("h2", "http/1.1"),
    families: tuple[int, ...] = (4,),
) -> Iterator[Bed]:
    """Serves a fediverse; certificates go by host name, without any there is one for both names."""
    names = tuple(dict.fromkeys((fediverse.apex, fediverse.web)))
    files = {name: authority.leaf(names) for name in names} | (certificates or {})
    contexts = {name: _server_context(path, protocols) for name, path in files.items()}
    servers, resolve = [], []
    for (port, secure), family in itertools.product(((443, True), (80, False)), families):
        handler = type("BoundHandler", (Handler,), {"fediverse": fediverse, "secure": secure})
        server = {4: Server, 6: ServerOverIpv6}[family]((LOOPBACK[family], 0), handler)
        if secure:
            server.socket = _by_name(contexts, fediverse.web).wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        address = LOOPBACK[family] if family == 4 else f"[{LOOPBACK[family]}]"
        resolve += [f"{name}:{port}:{address}:{server.server_address[1]}" for name in names]
    try:
        yield Bed(authority, fediverse, tuple(resolve))
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _by_name(contexts: dict[str, ssl.SSLContext], default: str) -> ssl.SSLContext:
    outer = contexts[default]
    outer.sni_callback = lambda connection, name, _: setattr(connection, "context", contexts.get(name, outer))
    return outer


def _server_context(path: Path, protocols: tuple[str, ...]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.set_alpn_protocols(list(protocols))  # nobody but the probe of HTTP/2 offers any
    return context
