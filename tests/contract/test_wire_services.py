"""Our table of RF's operations against RF's own service descriptions."""

from __future__ import annotations

import pytest
from lxml import etree

from sfm.wire import soap
from tests.unit.wire import official

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
WSDL_SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


def described(file_name: str) -> dict[str, soap.Operation]:
    root = etree.parse(str(official.folder() / "wsdl" / file_name)).getroot()
    namespace = root.get("targetNamespace") or ""
    parts = {
        message.get("name"): (message[0].get("element") or "").partition(":")[2]
        for message in root.iter(f"{WSDL}message")
    }
    port = {
        operation.get("name"): operation for operation in root.iterfind(f"{WSDL}portType/{WSDL}operation")
    }
    found = {}
    for bound in root.iter(f"{WSDL}operation"):
        action = bound.find(f"{WSDL_SOAP}operation")
        if action is None:
            continue
        operation = port[bound.get("name")]
        elements = [
            parts[(operation.find(f"{WSDL}{way}").get("message") or "").partition(":")[2]]  # type: ignore[union-attr]
            for way in ("input", "output")
        ]
        found[action.get("soapAction") or ""] = soap.Operation(
            action=action.get("soapAction") or "",
            request=elements[0],
            response=elements[1],
            namespace=namespace,
            fault=operation.find(f"{WSDL}fault") is not None,
        )
    return found


@pytest.mark.parametrize(
    ("file_name", "ours", "count"),
    [
        ("RekvirentWebServiceSoapHttpPort.wsdl", soap.REKVIRENT_OPERATIONS, 13),
        ("UtlevererWebServiceSoapHttpPort.wsdl", soap.UTLEVERER_OPERATIONS, 10),
    ],
)
def test_the_table_says_what_the_service_description_says(
    file_name: str, ours: dict[str, soap.Operation], count: int
) -> None:
    assert described(file_name) == ours
    assert len(ours) == count
