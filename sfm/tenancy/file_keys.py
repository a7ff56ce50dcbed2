"""The key service's file driver, for development and demo: root keys and a signing certificate in a private folder."""

from __future__ import annotations

import fcntl
import hmac
import os
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sfm.core import clock
from sfm.core.errors import Unavailable
from sfm.tenancy.crypto import derive
from sfm.tenancy.keys import Signer

if TYPE_CHECKING:
    from collections.abc import Iterator

NONCE = 12


class FileKeyProvider:
    """Root keys as `root-<version>.key` (mode 0600), made at first use; the newest one wraps."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder is None and not settings.SFM_KEY_DIR:
            raise ImproperlyConfigured("SFM_KEY_DIR must name a private folder for the keys")
        self.folder = folder or Path(settings.SFM_KEY_DIR)

    def wrap(self, key: bytes, context: str) -> bytes:
        version = max(self._roots)
        nonce = os.urandom(NONCE)
        sealed = AESGCM(self._root(version)).encrypt(nonce, key, context.encode())
        return version.to_bytes(2, "big") + nonce + sealed

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        root = self._root(int.from_bytes(wrapped[:2], "big"))
        try:
            return AESGCM(root).decrypt(wrapped[2 : 2 + NONCE], wrapped[2 + NONCE :], context.encode())
        except InvalidTag as error:
            raise Unavailable(detail=f"the key of {context} does not open") from error

    def mac(self, purpose: str, data: bytes) -> bytes:
        first = min(self._roots)  # lookups must survive rotation, so they stay with the first root key
        return hmac.new(derive(self._root(first), f"mac/{purpose}"), data, sha256).digest()

    def signer(self) -> Signer:
        return self._signer

    def migration_certificate(self) -> bytes:
        self._make_migration()
        return (self.folder / "migration.crt").read_bytes()

    def unwrap_migration(self, wrapped: bytes) -> bytes:
        return self._migration_key.decrypt(wrapped, OAEP(mgf=MGF1(SHA512()), algorithm=SHA512(), label=None))

    @cached_property
    def _migration_key(self) -> rsa.RSAPrivateKey:
        """Read once: checking an RSA key takes longer than opening an export with it."""
        self._make_migration()
        key = load_pem_private_key((self.folder / "migration.pem").read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise Unavailable(detail="the migration key is not RSA")
        return key

    def _make_migration(self) -> None:
        """A key of its own: whoever can sign prescriptions need not be able to open exports, nor the reverse."""
        with self._alone():
            if (self.folder / "migration.pem").exists():
                return
            made = make_certificates(settings.SFM_ORGNR, "SFM migrering")
            self._write("migration.crt", made["signing.crt"])
            self._write("migration.pem", made["signing.pem"])

    def rotate(self) -> int:
        with self._alone():
            version = max(self._roots) + 1
            self._write(f"root-{version}.key", os.urandom(32))
        self.__dict__.pop("_roots", None)
        return version

    def _root(self, version: int) -> bytes:
        if version not in self._roots:
            self.__dict__.pop("_roots", None)  # another process may have rotated
        try:
            return self._roots[version]
        except KeyError:
            raise Unavailable(detail=f"root key {version} is gone") from None

    @cached_property
    def _roots(self) -> dict[int, bytes]:
        with self._alone():
            if not any(self.folder.glob("root-*.key")):
                self._write("root-1.key", os.urandom(32))
        return {
            int(path.stem.removeprefix("root-")): path.read_bytes() for path in self.folder.glob("root-*.key")
        }

    @cached_property
    def _signer(self) -> Signer:
        with self._alone():
            if not (self.folder / "signing.pem").exists():
                for name, content in make_certificates(
                    settings.SFM_ORGNR, settings.SFM_ORGANISATION_NAME
                ).items():
                    self._write(name, content)
        return Signer(
            certificate_pem=(self.folder / "signing.crt").read_bytes(),
            key_pem=(self.folder / "signing.pem").read_bytes(),
            ca_pem=(self.folder / "ca.crt").read_bytes(),
            orgnr=settings.SFM_ORGNR,
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Web and worker start together; only one of them makes the keys."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / f".{name}.new"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(content)
        path.rename(self.folder / name)


def make_certificates(orgnr: str, name: str) -> dict[str, bytes]:
    """A test CA of this installation and an enterprise certificate from it, as PEM by file name.

    The key is last, so that a half-written folder is made anew.
    """
    ca_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=3072) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Testutsteder for {name}")])
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "NO"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, f"NTRNO-{orgnr}"),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, orgnr),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    ca = _certificate(ca_name, ca_name, ca_key, ca_key, is_ca=True)
    own = _certificate(subject, ca_name, key, ca_key, is_ca=False)
    return {
        "ca.crt": ca.public_bytes(Encoding.PEM),
        "signing.crt": own.public_bytes(Encoding.PEM),
        "signing.pem": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    }


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, ca_key: rsa.RSAPrivateKey, *, is_ca: bool
) -> x509.Certificate:
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=3 * 365))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=0 if is_ca else None), critical=True)
        .add_extension(_key_usage(is_ca=is_ca), critical=True)
        .sign(ca_key, SHA256())
    )


def _key_usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=not is_ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )
