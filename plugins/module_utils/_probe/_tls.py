# Copyright: (c) 2026, the fediverse.mastodon contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS as other servers see it: the system's authorities, optionally one more, and a readable reason when it fails."""

from __future__ import annotations

import ssl

_CURES = {  # OpenSSL's verify codes, see verify(1)
    10: "the certificate has expired",
    18: "the certificate is self-signed",
    19: "the chain ends in an authority that is not trusted here",
    20: "an issuer in the chain is unknown: the server does not send its full chain, or the authority is private",
    21: "the server sends only its leaf certificate, without the intermediates",
    62: "the certificate is not for this name",
}


def trust(ca_path: str | None = None, ca_pem: str | None = None) -> ssl.SSLContext:
    """A verifying client context. A private authority adds to the system's, it does not replace them.

    Raises OSError for a file that cannot be read and ssl.SSLError for one that holds no certificate.
    """
    context = ssl.create_default_context()
    # Python 3.13 began to refuse chains that no other server refuses (a root without a key identifier).
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if ca_path or ca_pem:
        context.load_verify_locations(cafile=ca_path or None, cadata=ca_pem or None)
    return context


def offering(protocols: tuple[str, ...]) -> ssl.SSLContext:
    """A client context that asks which protocol the server speaks. It trusts anybody: nothing is sent to them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(list(protocols))
    return context


def why(error: Exception) -> str:
    """One clause of a sentence that says what is wrong with the handshake."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{_CURES.get(error.verify_code, 'the certificate is refused')} ({error.verify_message})"
    if isinstance(error, (ssl.SSLEOFError, ConnectionError)):
        return "the server ends the TLS handshake: it has no certificate or no listener for this name"
    return f"the TLS handshake fails ({getattr(error, 'reason', None) or error})"
