"""XML signature over a whole message: enveloped, exclusive c14n, rsa-sha256 (eresept.md 3)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from sfm.wire import safe_xml
from sfm.wire.certificates import leaf_and_chain, non_repudiation_only, organisation_number, trusts
from sfm.wire.msghead import to_bytes
from sfm.wire.namespaces import DSIG, MSGHEAD
from sfm.wire.safe_xml import Element, WireFormatError

Status = Literal["valid", "invalid", "untrusted", "expired_at_signing"]

_EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED: Final = f"{DSIG}enveloped-signature"
_RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
_ACCEPTED_SIGNATURES: Final = {
    _RSA_SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
}
_ACCEPTED_DIGESTS: Final = {
    _SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
}


class Signer(Protocol):
    """Holds a key, or a way to one. Drivers: key service, own demo CA, remote service, PKCS#11."""

    @property
    def certificate(self) -> bytes:
        """The certificate, PEM."""

    def sign(self, data: bytes) -> bytes:
        """The RSA PKCS#1 v1.5 signature over SHA-256 of `data`."""


class KeySigner:
    """Signs with a private key in memory."""

    def __init__(self, private_key_pem: bytes, certificate_pem: bytes) -> None:
        key = serialization.load_pem_private_key(private_key_pem, password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("signing takes an RSA key")
        self._key, self._certificate = key, certificate_pem

    @property
    def certificate(self) -> bytes:
        return self._certificate

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


@dataclass(frozen=True, kw_only=True)
class SignatureResult:
    """What a check found. `reason` is for the log; nothing but `status` decides."""

    status: Status
    reason: str = ""
    subject: str = ""
    organisation_number: str | None = None
    non_repudiation_only: bool = False
    certificate: bytes = b""


def sign(message: bytes, signer: Signer) -> bytes:
    """The message with one Signature as last child of MsgHead. These bytes are final."""
    root = safe_xml.parse(message)
    if root.tag != f"{{{MSGHEAD}}}MsgHead":
        raise WireFormatError("T02", "Bare meldinger med hodemelding kan signeres.")
    if next(root.iter(f"{{{DSIG}}}Signature"), None) is not None:
        raise WireFormatError("T02", "Meldingen er allerede signert.")
    signature = _place_signature(root, _digest(root), signer.certificate)
    signed_info = signature[0]
    value = signer.sign(safe_xml.exclusive_c14n(signed_info))
    signature[1].text = base64.b64encode(value).decode("ascii")
    return to_bytes(root)


def _digest(root: Element) -> str:
    return base64.b64encode(hashlib.sha256(safe_xml.canonical_document(root)).digest()).decode("ascii")


def _place_signature(root: Element, digest: str, certificate_pem: bytes) -> Element:
    signature = safe_xml.new(DSIG, "Signature", root)
    info = etree.SubElement(signature, f"{{{DSIG}}}SignedInfo")
    _algorithm(info, "CanonicalizationMethod", _EXC_C14N)
    _algorithm(info, "SignatureMethod", _RSA_SHA256)
    reference = etree.SubElement(info, f"{{{DSIG}}}Reference", URI="")
    transforms = etree.SubElement(reference, f"{{{DSIG}}}Transforms")
    _algorithm(transforms, "Transform", _ENVELOPED)
    _algorithm(transforms, "Transform", _EXC_C14N)
    _algorithm(reference, "DigestMethod", _SHA256)
    etree.SubElement(reference, f"{{{DSIG}}}DigestValue").text = digest
    etree.SubElement(signature, f"{{{DSIG}}}SignatureValue")
    key_info = etree.SubElement(signature, f"{{{DSIG}}}KeyInfo")
    x509_data = etree.SubElement(key_info, f"{{{DSIG}}}X509Data")
    der = x509.load_pem_x509_certificate(certificate_pem).public_bytes(serialization.Encoding.DER)
    etree.SubElement(x509_data, f"{{{DSIG}}}X509Certificate").text = base64.b64encode(der).decode("ascii")
    return signature


def _algorithm(parent: Element, name: str, algorithm: str) -> None:
    etree.SubElement(parent, f"{{{DSIG}}}{name}", Algorithm=algorithm)


def is_signed(message: bytes) -> bool:
    return safe_xml.parse(message).find(f"{{{DSIG}}}Signature") is not None


def verify(message: bytes, *, trusted: list[bytes] | None, at: datetime) -> SignatureResult:
    """Check a received message as it stood `at` its GenDate, not now.

    `trusted`: PEM certificates of authorities (or of single signers). None trusts nobody: a sound signature is
    then `untrusted`. Raises WireFormatError when the message is not XML we accept.
    """
    root = safe_xml.parse(message)
    try:
        signature = _only_signature(root)
        _check_reference(signature)
        leaf, chain = leaf_and_chain(signature)
        _check_value(signature, leaf)
    except (_Refused, WireFormatError) as refused:
        return SignatureResult(status="invalid", reason=str(refused))
    status: Status = "valid"
    if not trusts(trusted or [], leaf, chain, at=at):
        status = "untrusted"
    elif not leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc:
        status = "expired_at_signing"
    return _result(status, leaf)


def _result(status: Status, leaf: x509.Certificate) -> SignatureResult:
    return SignatureResult(
        status=status,
        subject=leaf.subject.rfc4514_string(),
        organisation_number=organisation_number(leaf),
        non_repudiation_only=non_repudiation_only(leaf),
        certificate=leaf.public_bytes(serialization.Encoding.PEM),
    )


class _Refused(ValueError):
    """The signature does not say what we need it to say."""


def _only_signature(root: Element) -> Element:
    """Exactly one Signature in the document, last child of MsgHead: nothing can be wrapped."""
    found = list(root.iter(f"{{{DSIG}}}Signature"))
    if root.tag != f"{{{MSGHEAD}}}MsgHead" or len(found) != 1:
        raise _Refused(f"{len(found)} signatures")
    children = [child for child in root if isinstance(child.tag, str)]
    if children[-1] is not found[0]:
        raise _Refused("the signature is not the last child of MsgHead")
    return found[0]


def _check_reference(signature: Element) -> None:
    info = signature.find(f"{{{DSIG}}}SignedInfo")
    references = signature.findall(f"{{{DSIG}}}SignedInfo/{{{DSIG}}}Reference")
    if info is None or len(references) != 1 or references[0].get("URI") != "":
        raise _Refused("the signature does not cover the whole message")
    if signature.find(f".//{{{DSIG}}}Object") is not None:
        raise _Refused("the signature carries objects")
    transforms = [t.get("Algorithm") for t in references[0].iter(f"{{{DSIG}}}Transform")]
    if transforms != [_ENVELOPED, _EXC_C14N] or _method(info, "CanonicalizationMethod") != _EXC_C14N:
        raise _Refused(f"unexpected transforms {transforms}")
    if any(len(transform) for transform in references[0].iter(f"{{{DSIG}}}Transform")):
        raise _Refused("transforms take no parameters")
    if _method(info, "SignatureMethod") not in _ACCEPTED_SIGNATURES:
        raise _Refused("signature algorithm not accepted")
    if _method(references[0], "DigestMethod") not in _ACCEPTED_DIGESTS:
        raise _Refused("digest algorithm not accepted")


def _method(parent: Element, name: str) -> str | None:
    element = parent.find(f"{{{DSIG}}}{name}")
    return None if element is None else element.get("Algorithm")


def _check_value(signature: Element, leaf: x509.Certificate) -> None:
    context = xmlsec.SignatureContext()
    certificate = leaf.public_bytes(serialization.Encoding.PEM)
    try:
        context.key = xmlsec.Key.from_memory(certificate, xmlsec.constants.KeyDataFormatCertPem)
        context.verify(signature)
    except xmlsec.Error as error:
        raise _Refused("digest or signature value does not match") from error
