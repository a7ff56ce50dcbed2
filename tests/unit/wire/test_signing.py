"""A signature says who, says it about the whole message, and says it only while the certificate holds."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from lxml import etree

from sfm.wire import safe_xml, signing, soap
from sfm.wire.namespaces import DSIG, MSGHEAD
from sfm.wire.safe_xml import WireFormatError
from sfm.wire.signing import SignatureResult
from tests.unit.wire import samples
from tests.unit.wire.samples import NOW, Authority


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def signed(authority: Authority) -> bytes:
    return signing.sign(samples.message(), authority.signer())


def check(message: bytes, authority: Authority) -> SignatureResult:
    return signing.verify(message, trusted=[authority.pem], at=NOW)


def test_our_own_signature_is_valid_and_names_the_organisation(signed: bytes, authority: Authority) -> None:
    result = check(signed, authority)
    assert result.status == "valid"
    assert result.organisation_number == "999999999"
    assert "Oppdiktet legekontor" in result.subject


def test_the_signature_is_the_last_child_and_has_the_observed_form(signed: bytes) -> None:
    root = etree.fromstring(signed)
    assert root[-1].tag == f"{{{DSIG}}}Signature"
    algorithms = [e.get("Algorithm") for e in root[-1].iter() if e.get("Algorithm")]
    assert algorithms == [
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ]


def test_the_signature_survives_the_journey_in_a_soap_envelope(signed: bytes, authority: Authority) -> None:
    operation = soap.REKVIRENT_OPERATIONS["M1"]
    _, arrived = soap.parse_request(
        soap.request(operation, signed), operations=soap.REKVIRENT_OPERATIONS, action='"M1"'
    )
    assert check(arrived, authority).status == "valid"


def test_one_changed_character_is_seen(signed: bytes, authority: Authority) -> None:
    for old, new in ((b"100</Pakn", b"900</Pakn"), (b"Demosen", b"Demosan"), (b'V="0.5"', b'V="5"')):
        assert old in signed
        assert check(signed.replace(old, new, 1), authority).status == "invalid"


def test_a_changed_signature_value_is_seen(signed: bytes, authority: Authority) -> None:
    root = etree.fromstring(signed)
    value = root.find(f".//{{{DSIG}}}SignatureValue")
    assert value is not None
    raw = bytearray(base64.b64decode(value.text or ""))
    raw[0] ^= 1
    value.text = base64.b64encode(bytes(raw)).decode()
    assert check(etree.tostring(root), authority).status == "invalid"


def test_a_comment_cannot_split_a_signed_text(signed: bytes, authority: Authority) -> None:
    """Comments are outside the signature; were they kept, «10<!-- -->0» would read as 10."""
    split = signed.replace(b"<Pakningsstr>100<", b"<Pakningsstr>10<!-- -->0<")
    assert check(split, authority).status == "valid"
    size = safe_xml.parse(split).find(".//{*}Pakningsstr")
    assert size is not None
    assert safe_xml.text_of(size) == "100"


def wrapped(signed: bytes) -> bytes:
    """The signed message hidden inside an unsigned one."""
    inner = etree.fromstring(signed)
    outer = etree.fromstring(samples.message())
    signature = inner[-1]
    content = outer.find(f".//{{{MSGHEAD}}}Content")
    assert content is not None
    content.append(inner)
    outer.append(signature)
    return etree.tostring(outer)


def doubled(signed: bytes) -> bytes:
    root = etree.fromstring(signed)
    root.append(etree.fromstring(etree.tostring(root[-1])))
    return etree.tostring(root)


def moved(signed: bytes) -> bytes:
    root = etree.fromstring(signed)
    root.insert(0, root[-1])
    return etree.tostring(root)


def by_id(signed: bytes) -> bytes:
    return signed.replace(b'URI=""', b'URI="#a"').replace(b"<MsgInfo>", b'<MsgInfo Id="a">')


def with_object(signed: bytes) -> bytes:
    return signed.replace(b"</KeyInfo>", b"</KeyInfo><Object>Noe annet</Object>")


def filtered(signed: bytes) -> bytes:
    """A transform that leaves out part of what is signed."""
    extra = b'<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath>false()</XPath></Transform>'
    return signed.replace(b"</Transforms>", extra + b"</Transforms>")


def sha_1(signed: bytes) -> bytes:
    return signed.replace(b"2001/04/xmldsig-more#rsa-sha256", b"2000/09/xmldsig#rsa-sha1")


def sha_1_digest(signed: bytes) -> bytes:
    return signed.replace(
        b"http://www.w3.org/2001/04/xmlenc#sha256", b"http://www.w3.org/2000/09/xmldsig#sha1"
    )


def unsigned(_: bytes) -> bytes:
    return samples.message()


@pytest.mark.parametrize(
    "attack", [wrapped, doubled, moved, by_id, with_object, filtered, sha_1, sha_1_digest, unsigned]
)
def test_refuses_every_trick(attack: object, signed: bytes, authority: Authority) -> None:
    assert callable(attack)
    assert check(attack(signed), authority).status == "invalid"


def test_refuses_sha_1_that_is_otherwise_sound(authority: Authority) -> None:
    """Signed correctly with SHA-1 by the oracle: refused for the algorithm alone."""
    from signxml import DigestAlgorithm, SignatureConstructionMethod, SignatureMethod, XMLSigner

    class Weak(XMLSigner):
        def check_deprecated_methods(self) -> None:
            """Let the oracle do what it otherwise refuses."""

    signer = authority.signer()
    weak = Weak(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA1,
        digest_algorithm=DigestAlgorithm.SHA1,
        c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",  # type: ignore[arg-type]
    )
    root = weak.sign(etree.fromstring(samples.message()), key=signer._key, cert=signer.certificate.decode())
    result = check(etree.tostring(root), authority)
    assert (result.status, result.reason) == ("invalid", "signature algorithm not accepted")


def test_an_unknown_authority_is_not_trusted(signed: bytes) -> None:
    assert check(signed, Authority("En annen CA")).status == "untrusted"
    assert signing.verify(signed, trusted=None, at=NOW).status == "untrusted"


def test_a_namesake_of_the_authority_is_not_trusted(signed: bytes) -> None:
    assert check(signed, Authority()).status == "untrusted"


def test_an_ordinary_certificate_cannot_vouch_for_another(authority: Authority) -> None:
    signer = authority.signer()
    message = signing.sign(samples.message(), authority.signer())
    assert signing.verify(message, trusted=[signer.certificate], at=NOW).status == "untrusted"


def test_a_certificate_can_be_trusted_by_itself(authority: Authority) -> None:
    signer = authority.signer()
    message = signing.sign(samples.message(), signer)
    assert signing.verify(message, trusted=[signer.certificate], at=NOW).status == "valid"


def test_an_intermediate_authority_sent_along_completes_the_chain(authority: Authority) -> None:
    middle = Authority("Mellomledd", issued_by=authority)
    message = signing.sign(samples.message(), middle.signer())
    assert check(message, authority).status == "untrusted"
    body = b"".join(middle.pem.split(b"-----")[2].split())
    sent_along = b"</X509Certificate><X509Certificate>" + body + b"</X509Certificate></X509Data>"
    assert check(message.replace(b"</X509Certificate></X509Data>", sent_along), authority).status == "valid"


def test_validity_is_judged_when_it_was_signed_not_now(authority: Authority) -> None:
    signer = authority.signer(start=NOW - timedelta(days=3), end=NOW - timedelta(days=1))
    message = signing.sign(samples.message(), signer)
    assert check(message, authority).status == "expired_at_signing"
    then = signing.verify(message, trusted=[authority.pem], at=NOW - timedelta(days=2))
    assert then.status == "valid"


def test_tells_a_personal_certificate_from_an_organisations(authority: Authority) -> None:
    personal = signing.sign(samples.message(), authority.signer(personal=True))
    assert check(personal, authority).non_repudiation_only
    assert not check(signing.sign(samples.message(), authority.signer()), authority).non_repudiation_only


def test_a_message_is_signed_once(signed: bytes, authority: Authority) -> None:
    with pytest.raises(WireFormatError, match="allerede signert"):
        signing.sign(signed, authority.signer())


def test_signing_knows_messages_only(authority: Authority) -> None:
    with pytest.raises(WireFormatError, match="hodemelding"):
        signing.sign(b"<a/>", authority.signer())


def test_a_garbled_certificate_is_an_invalid_signature(signed: bytes, authority: Authority) -> None:
    garbled = signed.replace(b"<X509Certificate>", b"<X509Certificate>AAAA")
    assert check(garbled, authority).status == "invalid"
