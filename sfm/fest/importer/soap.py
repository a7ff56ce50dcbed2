"""FEST's service: GetM30 over SOAP 1.2 with WS-Addressing (fest.md 1). The answer is streamed to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4
from xml.sax.saxutils import escape

import httpx
from lxml import etree

from sfm.core.errors import Unavailable
from sfm.fest.importer.errors import Refused
from sfm.fest.importer.source import CHUNK, LARGEST_XML
from sfm.fest.importer.vocabulary import ROOT

if TYPE_CHECKING:
    from pathlib import Path

NS = "http://www.slv.no/201410325/"
ACTION = "http://www.slv.no/201410325/FestService251/GetM30"
FILTER = "Rekvirent"
OK, NOTHING_NEW = "1", "9"  # 7460
RETURN_CODES = {
    "2": "et gyldig filter må angis",
    "3": "et gyldig navnerom må angis",
    "4": "ugyldig filter",
    "5": "ugyldig dato",
    "6": "FEST har ikke kontakt med databasen sin",
    "7": "versjonen av M30 tilbys ikke",
    "8": "uventet feil hos FEST",
}
REQUEST = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">'
    "<s:Header><a:Action>{action}</a:Action><a:MessageID>urn:uuid:{ident}</a:MessageID><a:To>{to}</a:To></s:Header>"
    '<s:Body><GetM30 xmlns="{ns}"><filter>{filter}</filter>{since}</GetM30></s:Body></s:Envelope>'
)
NIL = '<incrementalDate xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>'


def fetch(url: str, *, since: str | None, target: Path) -> bool:
    """Write the M30 to `target`. `since` is the HentetDato to build on, None for the whole catalogue. False: nothing
    new.

    :raises Unavailable: the service does not answer, or says that something is wrong.
    :raises Refused: the answer is not what it should be.
    """
    said = f"<incrementalDate>{escape(since)}</incrementalDate>" if since else NIL
    body = REQUEST.format(action=ACTION, ident=uuid4(), to=escape(url), ns=NS, filter=FILTER, since=said)
    answer = target.with_suffix(".soap")
    headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{ACTION}"'}
    with (
        httpx.stream("POST", url, content=body.encode(), headers=headers, timeout=120) as response,
        answer.open("wb") as out,
    ):
        if response.status_code != httpx.codes.OK:
            raise Unavailable(f"FEST svarte med HTTP {response.status_code}.")
        for chunk in response.iter_bytes(CHUNK):
            out.write(chunk)
            if out.tell() > LARGEST_XML:
                raise Refused("Svaret fra FEST er urimelig stort.")
    return _unwrap(answer, target)


def _unwrap(answer: Path, target: Path) -> bool:
    """The M30 inside the answer, as a file of its own."""
    code, found = "", False
    try:
        context = etree.iterparse(
            str(answer), events=("end",), huge_tree=True, no_network=True, resolve_entities=False
        )
        for _, element in context:
            if etree.QName(element).localname == "Returkode":
                code = element.get("V") or ""
            elif element.tag == ROOT:
                etree.ElementTree(element).write(str(target), encoding="utf-8", xml_declaration=True)
                found = True
                element.clear()
    except etree.XMLSyntaxError as error:
        raise Refused(f"Svaret fra FEST kan ikke leses: {error}") from error
    if code == NOTHING_NEW:
        return False
    if code and code != OK:
        raise Unavailable(f"FEST svarte at {RETURN_CODES.get(code, f'noe er galt (kode {code})')}.")
    if not found:
        raise Refused("Svaret fra FEST inneholder ingen katalog.")
    return True
