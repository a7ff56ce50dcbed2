"""X.509 as signatures use it: who signed, for which organisation, and whether a known authority vouches."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from sfm.wire.namespaces import DSIG
from sfm.wire.safe_xml import Element, WireFormatError

_ORGANISATION_IDENTIFIER: Final = x509.ObjectIdentifier("2.5.4.97")
_MAX_CHAIN: Final = 5


def leaf_and_chain(signature: Element) -> tuple[x509.Certificate, list[x509.Certificate]]:
    """The signer's certificate and the intermediates sent along."""
    texts = [e.text or "" for e in signature.iter(f"{{{DSIG}}}X509Certificate")]
    try:
        found = [_load(base64.b64decode("".join(text.split()))) for text in texts]
    except (ValueError, UnsupportedAlgorithm) as error:
        raise WireFormatError("47", "Sertifikatet i signaturen kan ikke leses.") from error
    if not found:
        raise WireFormatError("47", "Personlig sertifikat mangler i meldingen.")
    issuers = {certificate.issuer for certificate in found}
    leaf = next((c for c in found if c.subject not in issuers), found[0])
    return leaf, [certificate for certificate in found if certificate is not leaf]


def _load(der: bytes) -> x509.Certificate:
    """Every part is parsed when first asked for: ask now, so that a garbled one fails here and nowhere else."""
    certificate = x509.load_der_x509_certificate(der)
    if certificate.serial_number <= 0:
        raise ValueError("serienummeret er ikke positivt")
    certificate.public_key()
    str(
        (
            certificate.subject,
            certificate.issuer,
            list(certificate.extensions),
            certificate.not_valid_after_utc,
        )
    )
    return certificate


def trusts(
    trusted: list[bytes], leaf: x509.Certificate, chain: list[x509.Certificate], *, at: datetime
) -> bool:
    """Whether a path leads from the leaf to one of the trusted certificates, valid at that time."""
    anchors = [x509.load_pem_x509_certificate(pem) for pem in trusted]
    current = leaf
    for _ in range(_MAX_CHAIN):
        if any(current == anchor for anchor in anchors):
            return True
        if any(_issued(anchor, current, at) for anchor in anchors):
            return True
        issuer = next((c for c in chain if c != current and _issued(c, current, at)), None)
        if issuer is None:
            return False
        current = issuer
    return False


def _issued(authority: x509.Certificate, certificate: x509.Certificate, at: datetime) -> bool:
    if not authority.not_valid_before_utc <= at <= authority.not_valid_after_utc or not _is_authority(
        authority
    ):
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def organisation_number(certificate: x509.Certificate) -> str | None:
    """From organizationIdentifier (NTRNO-nnnnnnnnn), else a nine-digit serialNumber or OU of the subject."""
    for oid in (_ORGANISATION_IDENTIFIER, NameOID.SERIAL_NUMBER, NameOID.ORGANIZATIONAL_UNIT_NAME):
        for attribute in certificate.subject.get_attributes_for_oid(oid):
            match = re.search(r"(?<!\d)(\d{9})(?!\d)", str(attribute.value))
            if match:
                return match.group(1)
    return None


def non_repudiation_only(certificate: x509.Certificate) -> bool:
    """RF error 123: a personal certificate is for nonRepudiation and nothing else."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    others = (
        usage.digital_signature,
        usage.key_encipherment,
        usage.data_encipherment,
        usage.key_agreement,
        usage.key_cert_sign,
        usage.crl_sign,
    )
    return usage.content_commitment and not any(others)
