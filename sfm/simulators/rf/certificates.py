"""The simulator's own demo authority, and personal certificates for the invented doctors of other places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sfm.core import clock
from sfm.simulators.rf import signatures, state
from sfm.simulators.rf.models import Practitioner

_LIFETIME = timedelta(days=3650)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who signs: certificate and key, PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


def _names(common: str, serial: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "NO"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if serial:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    return x509.Name(parts)


def _issue(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, signer: rsa.RSAPrivateKey, *, ca: bool
) -> bytes:
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - _LIFETIME)
        .not_valid_after(clock.now() + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(signer, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)


@cache
def _new_key() -> rsa.RSAPrivateKey:
    """One key for all the invented doctors: their certificates differ, and making keys is slow."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def authority() -> bytes:
    """The authority's certificate; made, and trusted, the first time it is needed in a process."""
    known = state.get("authority")
    if known and known["key"] == _pem(_new_key()).decode():
        return str(known["certificate"]).encode()
    name = _names("RF-simulatorens demo-CA")
    certificate = _issue(name, name, _new_key(), _new_key(), ca=True)
    signatures.trust(x509.load_pem_x509_certificate(certificate), origin="simulatorens egen")
    state.put("authority", {"certificate": certificate.decode(), "key": _pem(_new_key()).decode()})
    return certificate


def of(doctor: Practitioner) -> Identity:
    """A personal certificate (nonRepudiation only) with the doctor's synthetic number."""
    issuer = x509.load_pem_x509_certificate(authority()).subject
    certificate = _issue(_names(doctor.name, f"PNONO-{doctor.pid}"), issuer, _new_key(), _new_key(), ca=False)
    return Identity(certificate=certificate, key=_pem(_new_key()))
