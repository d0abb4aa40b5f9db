"""Client certificates (mutual TLS): PEM or PKCS #12 into a TLS context, without a key in the clear on any disk."""

from __future__ import annotations

import base64
import secrets
import ssl
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

    from keyhole.catalog.scheme import ClientCertificate


class CertificateError(Exception):
    """A client certificate that cannot be used. The text says why, and holds nothing of it."""


def load_into(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    """Have `context` show the certificate to servers that ask for one. Blocks. Raises `CertificateError`.

    Python's `ssl` reads files only: the key is written down under a password of its own, for as long as that takes.
    """
    once = secrets.token_hex(32)
    pem = _sealed(certificate, once)
    try:
        with TemporaryDirectory(prefix="keyhole-") as folder:  # made with mode 0700
            file = Path(folder) / "client.pem"
            file.write_bytes(pem)
            context.load_cert_chain(file, password=once)
    except ssl.SSLError as error:
        why = "its key is not the certificate's" if "MISMATCH" in str(error) else "TLS does not take it"
        raise CertificateError(why) from None
    except OSError as error:
        raise CertificateError(f"no temporary folder to load it from: {error.strerror}") from None


def _sealed(certificate: ClientCertificate, once: str) -> bytes:
    """Give the chain and the key in one PEM text, the key encrypted under `once`."""
    # 30 ms that only those pay who have a certificate.
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415

    chain, key = (_from_pem if certificate.key else _from_bundle)(certificate, certificate.password.encode() or None)
    sealed = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.BestAvailableEncryption(once.encode()))
    return b"".join(one.public_bytes(form.Encoding.PEM) for one in chain) + sealed


def _from_bundle(certificate: ClientCertificate, password: bytes | None) -> tuple[list[Certificate], PrivateKeyTypes]:
    """Read PKCS #12 (RFC 7292)."""
    from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415

    try:
        key, first, more = pkcs12.load_key_and_certificates(base64.b64decode(certificate.cert), password)
    except ValueError:
        why = "the PKCS #12 file cannot be read: its `key_password` is wrong or missing, or it is no such file"
        raise CertificateError(why) from None
    if key is None or first is None:
        raise CertificateError("the PKCS #12 file holds no certificate together with its key")
    return [first, *more], key


def _from_pem(certificate: ClientCertificate, password: bytes | None) -> tuple[list[Certificate], PrivateKeyTypes]:
    from cryptography import x509  # noqa: PLC0415
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415

    try:
        chain = x509.load_pem_x509_certificates(certificate.cert.encode())
    except ValueError:
        raise CertificateError("`cert` is not a certificate in PEM") from None
    try:
        key = form.load_pem_private_key(certificate.key.encode(), password)
    except TypeError:
        why = "`key` is not encrypted, and a `key_password` is given" if password else "`key` wants its `key_password`"
        raise CertificateError(why) from None
    except (ValueError, UnsupportedAlgorithm):
        why = "`key` cannot be read: the `key_password` is wrong, or it is no private key in PEM"
        raise CertificateError(why) from None
    return chain, key
