"""RF's services over SOAP 1.1."""

from __future__ import annotations

import pytest

from sfm.wire import apprec, soap
from sfm.wire.safe_xml import WireFormatError, same_content
from sfm.wire.values import cs, cv
from tests.unit.wire import samples
from tests.unit.wire.samples import NOW

OPERATIONS = soap.REKVIRENT_OPERATIONS
RECEIPT = apprec.AppRec(
    generated_at=NOW,
    id="1",
    sender=apprec.party(name="Reseptformidleren", id="888888888"),
    receiver=apprec.party(name="Oppdiktet legekontor", id="999999999"),
    status=apprec.REJECTED,
    errors=(cv("313", 7419, "GenDate avviker"),),
    original=apprec.OriginalMessage(type=cs("ERM1", "Resept"), issued_at=NOW, id="2"),
)


@pytest.mark.parametrize("operations", [soap.REKVIRENT_OPERATIONS, soap.UTLEVERER_OPERATIONS])
def test_every_operation_carries_its_message(operations: dict[str, soap.Operation]) -> None:
    message = samples.message()
    for action, operation in operations.items():
        data = soap.request(operation, message)
        found, arrived = soap.parse_request(data, operations=operations, action=f'"{action}"')
        assert found == operation
        assert same_content(arrived, message)
        assert same_content(soap.parse_response(soap.response(operation, message)).document, message)


def test_without_soap_action_the_request_element_decides() -> None:
    data = soap.request(OPERATIONS["M9_5"], b"<a/>")
    assert soap.parse_request(data, operations=OPERATIONS)[0].action == "M9_5"


@pytest.mark.parametrize("action", ["M5", "UKJENT"])
def test_a_request_that_contradicts_itself_is_refused(action: str) -> None:
    data = soap.request(OPERATIONS["M1"], b"<a/>").replace(b"M1Element", b"M2Element")
    with pytest.raises(WireFormatError) as refused:
        soap.parse_request(data, operations=OPERATIONS, action=action)
    assert refused.value.code == "39"


def test_a_receipt_is_found_in_the_body() -> None:
    answer = soap.parse_response(soap.response(OPERATIONS["M1"], apprec.to_xml(RECEIPT)))
    assert answer.apprec == RECEIPT
    assert not answer.faulted


def test_a_receipt_is_found_in_the_detail_of_a_fault() -> None:
    answer = soap.parse_response(soap.apprec_fault(OPERATIONS["M9_11"], apprec.to_xml(RECEIPT)))
    assert answer.apprec == RECEIPT
    assert answer.faulted


def test_inside_the_fault_dokument_is_unqualified() -> None:
    data = soap.apprec_fault(OPERATIONS["M9_11"], apprec.to_xml(RECEIPT))
    assert (
        b'<f:AppRecFault xmlns:f="http://rekvirent.webservices.reseptformidleren.ergo.no/"><dokument>' in data
    )


def test_a_fault_without_receipt_is_reported_as_it_is() -> None:
    with pytest.raises(soap.SoapFault) as raised:
        soap.parse_response(soap.fault("Server", "Nede <for> vedlikehold & retting"))
    assert raised.value.code.endswith("Server")
    assert raised.value.text == "Nede <for> vedlikehold & retting"


@pytest.mark.parametrize(
    "data", [b"", b"<html/>", soap.request(OPERATIONS["M1"], b"<a/><b/>"), b"Bad Gateway"]
)
def test_what_is_no_answer_is_a_format_error(data: bytes) -> None:
    with pytest.raises(WireFormatError):
        soap.parse_response(data)
