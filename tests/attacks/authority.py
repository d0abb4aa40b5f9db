"""Certificates for tests: an authority on the spot, what it signs, and TLS servers that ask for it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


@dataclass
class Pair:
    """A certificate and its key, as PEM texts."""

    cert: str
    key: str

    def sealed(self, password: str) -> str:
        key = form.load_pem_private_key(self.key.encode(), None)
        seal = form.BestAvailableEncryption(password.encode())
        return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, seal).decode()

    def bundle(self, password: str, *, key: bool = True) -> bytes:
        """Give both as PKCS #12."""
        cert = x509.load_pem_x509_certificate(self.cert.encode())
        own = form.load_pem_private_key(self.key.encode(), None) if key else None
        seal = form.BestAvailableEncryption(password.encode()) if password else form.NoEncryption()
        return pkcs12.serialize_key_and_certificates(
            b"mia", own, None if own is None else cert, None if own else [cert], seal
        )


class Authority:
    """Signs certificates for 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = named("An authority on the spot")
        self.path = folder / "authority.pem"
        self.path.write_bytes(self._signed(self._key, self._name, ca=True).public_bytes(form.Encoding.PEM))

    def _signed(self, key: ec.EllipticCurvePrivateKey, name: x509.Name, *, ca: bool = False) -> x509.Certificate:
        now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
        there = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .issuer_name(self._name)
            .subject_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + day)
            .add_extension(there, critical=False)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def signed(self, name: str) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        text = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()).decode()
        return Pair(self._signed(key, named(name)).public_bytes(form.Encoding.PEM).decode(), text)

    def server(
        self, *, wants: ssl.VerifyMode = ssl.CERT_REQUIRED, version: ssl.TLSVersion | None = None
    ) -> ssl.SSLContext:
        """Give the TLS of a server that asks for certificates of this authority."""
        pair = self.signed("127.0.0.1")
        file = self._folder / "server.pem"
        file.write_text(pair.cert + pair.key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.load_verify_locations(self.path)
        context.verify_mode = wants
        if version:
            context.maximum_version = version
        return context


@contextmanager
def blunt(tls: ssl.SSLContext) -> Iterator[str]:
    """Give the URL of a server that says by a TLS alert what it does not like, which asyncio's does not."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as wrapped:
                try:
                    wrapped.do_handshake()
                    wrapped.recv(65536)
                    wrapped.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                except OSError:
                    # What is left unread would make a reset of the close, and a reset overtakes the alert.
                    socket.socket.shutdown(wrapped, socket.SHUT_WR)
                    while socket.socket.recv(wrapped, 65536):
                        pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
