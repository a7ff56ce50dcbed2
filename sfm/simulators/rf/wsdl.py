"""A WSDL of our own words for the port the simulator offers."""

from __future__ import annotations

from sfm.simulators.rf.envelope import ELEMENTS, PORTS


def rekvirent(address: str) -> str:
    """Document/literal, SOAP 1.1; every element holds one `dokument` with any XML inside."""
    tns = PORTS["rekvirent"]
    names = sorted({name for pair in ELEMENTS.values() for name in pair})
    elements = "".join(f'<xs:element name="{name}" type="tns:Innhold"/>' for name in names)
    messages = "".join(
        f'<wsdl:message name="{name}"><wsdl:part name="{name}" element="tns:{name}"/></wsdl:message>'
        for name in names
    )
    operations = "".join(
        f'<wsdl:operation name="{name}"><wsdl:input message="tns:{asked}"/><wsdl:output message="tns:{given}"/>'
        "</wsdl:operation>"
        for name, (asked, given) in ELEMENTS.items()
    )
    bindings = "".join(
        f'<wsdl:operation name="{name}"><soap:operation soapAction="{name}" style="document"/>'
        '<wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>'
        "</wsdl:operation>"
        for name in ELEMENTS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<wsdl:definitions name="RekvirentSimulator" targetNamespace="{tns}" xmlns:tns="{tns}"'
        ' xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
        ' xmlns:xs="http://www.w3.org/2001/XMLSchema"><wsdl:types>'
        f'<xs:schema targetNamespace="{tns}types/"><xs:element name="dokument" type="xs:anyType"/></xs:schema>'
        f'<xs:schema targetNamespace="{tns}" xmlns:t="{tns}types/"><xs:import namespace="{tns}types/"/>'
        '<xs:complexType name="Innhold"><xs:sequence><xs:element ref="t:dokument"/></xs:sequence></xs:complexType>'
        f"{elements}</xs:schema></wsdl:types>{messages}"
        f'<wsdl:portType name="Rekvirent">{operations}</wsdl:portType>'
        '<wsdl:binding name="RekvirentSoap" type="tns:Rekvirent">'
        '<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>'
        f'{bindings}</wsdl:binding><wsdl:service name="Rekvirent">'
        f'<wsdl:port name="RekvirentSoap" binding="tns:RekvirentSoap"><soap:address location="{address}"/></wsdl:port>'
        "</wsdl:service></wsdl:definitions>"
    )
