"""XML signatures as RF wants them: one profile, checked here with our own eyes, verified by xmlsec."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

import xmlsec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID
from lxml import etree

from sfm.simulators.rf.models import TrustedIssuer
from sfm.simulators.rf.reading import find, parse, text

DS = "http://www.w3.org/2000/09/xmldsig#"
_EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = f"{DS}enveloped-signature"
_METHODS = {
    "SignedInfo/CanonicalizationMethod": {_EXC_C14N},
    "SignedInfo/SignatureMethod": {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"},
    "SignedInfo/Reference/DigestMethod": {"http://www.w3.org/2001/04/xmlenc#sha256"},
}


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A signature found in a message. `whole` tells that it covers the message and is mathematically right."""

    certificate: x509.Certificate
    whole: bool

    @property
    def orgnr(self) -> str:
        """The organisation number of a virksomhetssertifikat, else empty."""
        return self._number(NameOID.ORGANIZATION_IDENTIFIER, r"(?:NTRNO-)?(\d{9})$") or self._number(
            NameOID.SERIAL_NUMBER, r"^(\d{9})$"
        )

    @property
    def pid(self) -> str:
        """The person's number in a personal certificate, else empty."""
        return self._number(NameOID.SERIAL_NUMBER, r"(?:PNONO-)?(\d{11})$")

    def _number(self, oid: x509.ObjectIdentifier, pattern: str) -> str:
        for attribute in self.certificate.subject.get_attributes_for_oid(oid):
            match = re.search(pattern, str(attribute.value))
            if match:
                return match.group(1)
        return ""

    def only_non_repudiation(self) -> bool:
        try:
            usage = self.certificate.extensions.get_extension_for_oid(ExtensionOID.KEY_USAGE).value
        except x509.ExtensionNotFound:
            return False
        assert isinstance(usage, x509.KeyUsage)  # noqa: S101 — the OID decides the type
        others = (
            usage.digital_signature,
            usage.key_encipherment,
            usage.data_encipherment,
            usage.key_agreement,
        )
        return usage.content_commitment and not any(others)


def has_signature(root: etree._Element) -> bool:
    return find(root, "Signature") is not None


def read(raw: bytes) -> Signature | None:
    """The signature of a message; None when there is no readable certificate in it."""
    root = parse(raw)
    node = root.find(f"{{{DS}}}Signature")
    if node is None:
        return None
    try:
        der = base64.b64decode("".join(text(node, "KeyInfo/X509Data/X509Certificate").split()), validate=True)
        certificate = x509.load_der_x509_certificate(der)
    except (binascii.Error, ValueError):
        return None
    return Signature(
        certificate=certificate, whole=_follows_profile(root, node) and _verifies(node, certificate)
    )


def _follows_profile(root: etree._Element, node: etree._Element) -> bool:
    """One signature, last in the message, one reference to the whole of it, only the agreed algorithms."""
    if root[-1] is not node or len(root.findall(f".//{{{DS}}}Signature")) != 1:
        return False
    references = node.findall("{*}SignedInfo/{*}Reference")
    if len(references) != 1 or references[0].get("URI") != "":
        return False
    transforms = [step.get("Algorithm") for step in references[0].findall("{*}Transforms/{*}Transform")]
    if transforms != [_ENVELOPED, _EXC_C14N]:
        return False
    return all(
        method is not None and method.get("Algorithm") in allowed
        for method, allowed in ((find(node, steps), allowed) for steps, allowed in _METHODS.items())
    )


def _verifies(node: etree._Element, certificate: x509.Certificate) -> bool:
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        certificate.public_bytes(Encoding.PEM), xmlsec.constants.KeyDataFormatCertPem, None
    )
    try:
        context.verify(node)
    except xmlsec.Error:
        return False
    return True


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def trust(certificate: x509.Certificate, *, origin: str) -> None:
    TrustedIssuer.objects.update_or_create(
        fingerprint=fingerprint(certificate),
        defaults={
            "name": certificate.subject.rfc4514_string()[:200],
            "pem": certificate.public_bytes(Encoding.PEM).decode(),
            "origin": origin,
        },
    )


def is_trusted(certificate: x509.Certificate) -> bool:
    """The certificate is one of, or issued by one of, those that RF trusts."""
    for issuer in TrustedIssuer.objects.all():
        authority = x509.load_pem_x509_certificate(issuer.pem.encode())
        if authority == certificate:
            return True
        try:
            certificate.verify_directly_issued_by(authority)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False


def sign(message: bytes, *, key_pem: bytes, certificate_pem: bytes) -> bytes:
    """Sign as the simulator's own invented doctors do. Returns the exact bytes to keep."""
    root = parse(message)
    template = xmlsec.template.create(
        root, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256
    )
    root.append(template)
    reference = xmlsec.template.add_reference(template, xmlsec.constants.TransformSha256, uri="")
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(template))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key_pem, xmlsec.constants.KeyDataFormatPem, None)
    context.key.load_cert_from_memory(certificate_pem, xmlsec.constants.KeyDataFormatPem)
    context.sign(template)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False)
