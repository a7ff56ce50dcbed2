"""A second, independent implementation of XML signatures agrees with ours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree
from signxml import SignatureConfiguration, XMLSigner, XMLVerifier
from signxml.exceptions import InvalidSignature

from sfm.wire import signing
from tests.unit.wire import samples
from tests.unit.wire.samples import NOW, Authority

EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def test_the_oracle_accepts_our_signature(authority: Authority) -> None:
    signer = authority.signer(end=NOW + timedelta(days=36500))  # the oracle goes by the wall clock
    message = signing.sign(samples.message(), signer)
    expect = SignatureConfiguration(location="./", expect_references=1)
    oracle = XMLVerifier()
    certificate = signer.certificate.decode()
    verified = oracle.verify(message, x509_cert=certificate, expect_config=expect, validate_schema=False)
    assert verified.signed_xml is not None
    assert verified.signed_xml.tag.endswith("MsgHead")
    with pytest.raises(InvalidSignature):
        oracle.verify(message.replace(b"Demosen", b"Demosan"), x509_cert=certificate, validate_schema=False)


def test_we_accept_the_oracles_signature(authority: Authority) -> None:
    signer = authority.signer()
    oracle = XMLSigner(c14n_algorithm=EXC_C14N)  # type: ignore[arg-type]
    root = oracle.sign(etree.fromstring(samples.message()), key=signer._key, cert=signer.certificate.decode())
    result = signing.verify(etree.tostring(root), trusted=[authority.pem], at=NOW)
    assert (result.status, result.reason) == ("valid", "")
