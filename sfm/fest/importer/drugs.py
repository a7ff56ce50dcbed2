"""Merkevare, pakning, virkestoffgruppe and dose as rows of one table: they share the schema's typeLegemiddel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.fest.importer.elements import (
    as_json,
    children,
    coded,
    date,
    display,
    flag,
    quantity,
    text,
    texts,
    value,
    values,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from sfm.fest.importer.elements import Fields

Cells = tuple[Any, ...]
KINDS = {
    "LegemiddelMerkevare": "brand",
    "Legemiddelpakning": "package",
    "LegemiddelVirkestoff": "group",
    "Legemiddeldose": "dose",
}


def drug(entry_id: str, payload: _Element, name: str) -> Cells:
    fields = children(payload)
    kind = KINDS[name]
    detail = _shared(fields) | DETAIL[kind](fields)
    marketing = children(fields["Markedsforingsinfo"][0]) if "Markedsforingsinfo" in fields else {}
    exchange = children(fields["PakningByttegruppe"][0]) if "PakningByttegruppe" in fields else {}
    return (
        text(fields, "Id") or entry_id,
        entry_id,
        kind,
        text(fields, "NavnFormStyrke"),
        text(fields, "Varenavn"),
        text(fields, "Varenr"),
        value(fields, "Atc"),
        display(fields, "Atc"),
        value(fields, "Reseptgruppe"),
        value(fields, "LegemiddelformKort"),
        display(fields, "LegemiddelformKort"),
        value(fields, "Preparattype"),
        value(fields, "TypeSoknadSlv"),
        flag(fields, "Opioidsoknad"),
        "SvartTrekant" in fields,
        text(exchange, "RefByttegruppe"),
        date(marketing, "Markedsforingsdato"),
        date(marketing, "AvregDato"),
        date(marketing, "MidlUtgattDato"),
        "Refusjon" in fields,
        as_json(detail),
    )


def reimbursement(fields: Fields) -> list[list[Any]]:
    """Each link as [group ids, from, prescribed until, dispensed until]."""
    found = []
    for element in fields.get("Refusjon", ()):
        link = children(element)
        found.append(
            [
                texts(link, "RefRefusjonsgruppe"),
                text(link, "GyldigFraDato"),
                date(link, "ForskrivesTilDato"),
                date(link, "UtleveresTilDato"),
            ]
        )
    return found


def prices(fields: Fields) -> list[list[Any]]:
    """Each maximum price as [type 7453 or 7423, amount, from, to]."""
    found = []
    for element in fields.get("PrisVare", ()):
        price = children(element)
        found.append(
            [
                value(price, "Type"),
                value(price, "Pris"),
                date(price, "GyldigFraDato"),
                date(price, "GyldigTilDato"),
            ]
        )
    return found


def _shared(fields: Fields) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    if "RefVilkar" in fields:
        detail["terms"] = texts(fields, "RefVilkar")
    if "Refusjon" in fields:
        detail["reimbursement"] = reimbursement(fields)
    if "AdministreringLegemiddel" in fields:
        detail |= _administration(children(fields["AdministreringLegemiddel"][0]))
    return detail


def _administration(fields: Fields) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "routes": coded(fields, "Administrasjonsvei"),
        "units": coded(fields, "EnhetDosering"),
    }
    for key, name in (
        ("short_doses", "Kortdose"),
        ("precautions", "ForhandsregelInntak"),
        ("labels", "BruksomradeEtikett"),
    ):
        if name in fields:
            detail[key] = coded(fields, name)
    for key, name in (("crush", "KanKnuses"), ("open", "KanApnes"), ("split", "Deling")):
        if name in fields:
            detail[key] = value(fields, name)
    return detail


def _substances(fields: Fields) -> dict[str, Any]:
    return {
        "strengths": _sorted(fields, "SortertVirkestoffMedStyrke", "RefVirkestoffMedStyrke"),
        "substances": _sorted(fields, "SortertVirkestoffUtenStyrke", "RefVirkestoff"),
    }


def _sorted(fields: Fields, name: str, reference: str) -> list[str]:
    parts = [children(element) for element in fields.get(name, ())]
    return [
        text(part, reference) for part in sorted(parts, key=lambda part: int(text(part, "Sortering") or 0))
    ]


def _links(fields: Fields) -> list[str]:
    """Addresses of the product's SPC."""
    found = []
    for element in fields.get("Preparatomtaleavsnitt", ()):
        link = children(element).get("Lenke")
        if link:
            found.append(value(children(link[0]), "Www"))
    return found


def _brand(fields: Fields) -> dict[str, Any]:
    info = children(fields["ProduktInfo"][0]) if "ProduktInfo" in fields else {}
    validity = [children(element) for element in fields.get("Reseptgyldighet", ())]
    return _substances(fields) | {
        "form_long": text(fields, "LegemiddelformLang"),
        "validity": [[value(rule, "Kjonn"), text(rule, "Varighet")] for rule in validity],
        "excipients": [text(children(element), "Navn") for element in fields.get("Hjelpestoff", ())],
        "producer": text(info, "Produsent"),
        "warning_triangle": flag(info, "Varseltrekant"),
        "vaccine": value(info, "Vaksinestandard"),
        "spc": _links(fields),
    }


def _package(fields: Fields) -> dict[str, Any]:
    info = [_package_info(children(element)) for element in fields.get("Pakningsinfo", ())]
    return {
        "info": info,
        "prices": prices(fields),
        "ean": texts(fields, "Ean"),
        "storage": value(fields, "Oppbevaring"),
        "spc": _links(fields),
    }


def _package_info(fields: Fields) -> dict[str, Any]:
    return {
        "brand": text(fields, "RefLegemiddelMerkevare"),
        "size": text(fields, "Pakningsstr"),
        "unit": coded(fields, "EnhetPakning")[0],
        "type": coded(fields, "Pakningstype")[0],
        "amount": text(fields, "Mengde"),
        "count": text(fields, "Antall"),
        "multiple": text(fields, "Multippel"),
        "ddd": quantity(fields, "DDD"),
    }


def _group(fields: Fields) -> dict[str, Any]:
    return _substances(fields) | {
        "brands": texts(fields, "RefLegemiddelMerkevare"),
        "packages": texts(fields, "RefPakning"),
        "prescribing_units": coded(fields, "ForskrivningsenhetResept"),
    }


def _dose(fields: Fields) -> dict[str, Any]:
    return {
        "amount": quantity(fields, "Mengde"),
        "brands": texts(fields, "RefLegemiddelMerkevare"),
        "packages": texts(fields, "RefPakning"),
        "order_units": values(fields, "EnhetOrdinering"),
    }


DETAIL: dict[str, Callable[[Fields], dict[str, Any]]] = {
    "brand": _brand,
    "package": _package,
    "group": _group,
    "dose": _dose,
}
