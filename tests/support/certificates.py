"""A throwaway certificate authority and its server certificates: certificates.py DIRECTORY FILE NAME...

Writes ca.crt and ca.key, FILE.crt (with the chain) and FILE.key, once: files that exist are left alone.
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
DAY = datetime.timedelta(days=1)


def issue(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    names: list[str],
) -> x509.Certificate:
    """A certificate for ``names``, or one of an authority when there are none."""
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + 90 * DAY)
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(_usage(authority=not names), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def write(directory: Path, names: list[str], file: str = "tls") -> None:
    directory.mkdir(parents=True, exist_ok=True)
    if (directory / f"{file}.key").exists():
        return
    authority, authority_key = _authority(directory)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = issue(names[0], key, authority.subject, authority_key, names)
    (directory / f"{file}.crt").write_bytes(leaf.public_bytes(PEM) + authority.public_bytes(PEM))
    (directory / f"{file}.key").write_bytes(_private(key))


def _authority(directory: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate, private = directory / "ca.crt", directory / "ca.key"
    if private.exists():
        key = serialization.load_pem_private_key(private.read_bytes(), None)
        return x509.load_pem_x509_certificate(certificate.read_bytes()), key
    key = ec.generate_private_key(ec.SECP256R1())
    name = "fediverse.mastodon test authority"
    authority = issue(name, key, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key, [])
    certificate.write_bytes(authority.public_bytes(PEM))
    private.write_bytes(_private(key))
    return authority, key


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[3:], sys.argv[2])
