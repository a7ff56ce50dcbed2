"""From an M30 entry to rows: (table, cells in the order of the model's columns)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.fest.importer.drugs import Cells, drug, prices, reimbursement
from sfm.fest.importer.elements import (
    as_json,
    children,
    coded,
    date,
    display,
    flag,
    local,
    quantity,
    text,
    texts,
    value,
    values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element

Row = tuple[str, Cells]
HEAD = {"Id", "Tidspunkt", "Status", ""}


def rows(entry: _Element) -> Iterator[Row]:
    """The rows of one Oppf… element. An expired entry (status U) carries no content and gives none.

    :raises KeyError: the content is of a kind this version of the format does not have.
    """
    entry_id = (entry[0].text or "").strip()
    payload = [child for child in entry if local(child.tag) not in HEAD]
    if payload:
        yield from READERS[local(payload[0].tag)](entry_id, payload)


def _drug(entry_id: str, payload: list[_Element]) -> Iterator[Row]:
    yield "drug", drug(entry_id, payload[0], local(payload[0].tag))


def _substance(entry_id: str, payload: list[_Element]) -> Iterator[Row]:
    fields = children(payload[0])
    yield (
        "substance",
        (
            text(fields, "Id"),
            entry_id,
            text(fields, "Navn"),
            text(fields, "NavnEngelsk"),
            as_json(texts(fields, "RefVirkestoff")),
            as_json(reimbursement(fields)),
        ),
    )


def _strength(entry_id: str, payload: list[_Element]) -> Iterator[Row]:
    fields = children(payload[0])
    cells: Cells = (text(fields, "Id"), entry_id, text(fields, "RefVirkestoff"))
    cells += quantity(fields, "Styrke") + quantity(fields, "StyrkeNevner")
    yield "strength", (*cells, value(fields, "Styrkeoperator"), value(fields, "AtcKombipreparat"))


def _substitution(entry_id: str, payload: list[_Element]) -> Iterator[Row]:
    fields = children(payload[0])
    yield (
        "substitutiongroup",
        (
            text(fields, "Id"),
            entry_id,
            value(fields, "Kode"),
            display(fields, "Kode"),
            text(fields, "BeskrivelseByttbarhet") if flag(fields, "MerknadTilByttbarhet") else "",
            date(fields, "GyldigFraDato"),
            date(fields, "GyldigTilDato"),
        ),
    )


def _paragraph(entry_id: str, payload: list[_Element]) -> Iterator[Row]:
    fields = children(payload[0])
    for element in fields.get("Refusjonsgruppe", ()):
        group = children(element)
        yield (
            "reimbursementgroup",
            (
                text(group, "Id"),
                entry_id,
                value(fields, "Refusjonshjemmel"),
                display(fields, "Refusjonshjemmel"),
                value(group, "GruppeNr"),
                display(group, "GruppeNr"),
                value(group, "Atc"),
                flag(fields, "KreverVarekobling"),
                flag(fields, "KreverVedtak"),
                flag(group, "KreverRefusjonskode"),
                text(group, "RefusjonsberettighetBruk"),
                as_json(texts(group, "RefVilkar")),
                as_json([_reimbursement_code(code) for code in group.get("Refusjonskode", ())]),
            ),
        )


def _reimbursement_code(element: _Element) -> dict[str, Any]:
    fields = children(element)
    code = fields["Refusjonskode"][0]
    terms = [children(term) for term in fields.get("Refusjonsvilkar", ())]
    return {
        "code": code.get("V") or "",
        "system": code.get("S") or "",
        "name": code.get("DN") or "",
        "subterm": text(fields, "Underterm"),
        "from": text(fields, "GyldigFraDato"),
        "until": date(fields, "ForskrivesTilDato"),
        "dispensed_until": date(fields, "UtleveresTilDato"),
        "terms": [[text(term, "RefVilkar"), text(term, "FraDato"), date(term, "TilDato")] for term in terms],
    }


def _term(entry_id: str, payload: list[_Element]) -> Iterator[Row]:
    fields = children(payload[0])
    structure = [children(element) for element in fields.get("StrukturertVilkar", ())]
    yield (
        "term",
        (
            text(fields, "Id"),
            entry_id,
            text(fields, "VilkarNr"),
            value(fields, "Gruppe"),
            value(fields, "GjelderFor"),
            text(fields, "Tekst"),
            date(fields, "GyldigFraDato"),
            date(fields, "GyldigTilDato"),
            as_json(
                [
                    {
                        "type": value(part, "Type"),
                        "texts": texts(part, "VerdiTekst"),
                        "codes": coded(part, "VerdiKodet"),
                    }
                    for part in structure
                ]
            ),
        ),
    )


def _interaction(entry_id: str, payload: list[_Element]) -> Iterator[Row]:
    fields = children(payload[0])
    sources = [children(element) for element in fields.get("Referanse", ())]
    yield (
        "interaction",
        (
            text(fields, "Id"),
            entry_id,
            value(fields, "Relevans"),
            text(fields, "Situasjonskriterium"),
            text(fields, "KliniskKonsekvens"),
            text(fields, "Interaksjonsmekanisme"),
            value(fields, "Kildegrunnlag"),
            text(fields, "Handtering"),
            as_json(values(fields, "Visningsregel")),
            as_json([[text(source, "Kilde"), value(source, "Lenke")] for source in sources]),
            as_json([_members(element) for element in fields.get("Substansgruppe", ())]),
        ),
    )


def _members(group: _Element) -> dict[str, Any]:
    fields = children(group)
    members = [children(element) for element in fields.get("Substans", ())]
    return {
        "name": text(fields, "Navn"),
        "members": [
            [text(member, "Substans"), value(member, "Atc"), texts(member, "RefVirkestoff")]
            for member in members
        ],
    }


def _not_assessed(entry_id: str, payload: list[_Element]) -> Iterator[Row]:
    fields = children(payload[0])
    yield "notassessed", (entry_id, entry_id, value(fields, "Atc"), display(fields, "Atc"))


def _short_dose(entry_id: str, payload: list[_Element]) -> Iterator[Row]:
    fields = children(payload[0])
    steps = [children(element) for element in fields.get("Legemiddelforbruk", ())]
    consumption = [
        [int(text(step, "Lopenr")), text(step, "Mengde"), text(step, "Periode"), text(step, "Iterasjoner")]
        for step in steps
    ]
    code = value(fields, "Kortdose")
    yield "shortdose", (code, entry_id, code, text(fields, "BeskrivelseTerm"), as_json(sorted(consumption)))


def _commodity(entry_id: str, payload: list[_Element]) -> Iterator[Row]:
    fields = children(payload[0])
    info = children(fields["ProduktInfoVare"][0]) if "ProduktInfoVare" in fields else {}
    supplier = children(fields["Leverandor"][0]) if "Leverandor" in fields else {}
    links = reimbursement(fields)
    detail = {
        "reimbursement": links,
        "prices": prices(fields),
        "count": text(info, "AntPerPakning"),
        "unit": coded(info, "EnhetStorrelse"),
        "volume": text(info, "Volum"),
        "terms": texts(info, "RefVilkar"),
    }
    number = text(fields, "Nr")
    kind = local(payload[0].tag)
    yield (
        "commodity",
        (
            number,
            entry_id,
            kind,
            number,
            text(fields, "Navn"),
            text(info, "ProduktNr"),
            text(supplier, "Navn"),
            as_json(detail),
        ),
    )


def _notice(entry_id: str, payload: list[_Element]) -> Iterator[Row]:
    fields = children(payload[0])
    link = children(fields["Lenke"][0]) if "Lenke" in fields else {}
    targets = [children(element) for element in fields.get("Referanseelement", ())]
    yield (
        "notice",
        (
            entry_id,
            entry_id,
            value(fields, "Type"),
            text(fields, "Overskrift"),
            text(fields, "Varseltekst"),
            as_json(values(fields, "Visningsregel")),
            text(fields, "FraDato"),
            as_json([text(link, "Beskrivelse"), value(link, "Www")] if link else []),
            as_json([[value(target, "Klasse"), texts(target, "RefElement")] for target in targets]),
        ),
    )


def _code_list(entry_id: str, payload: list[_Element]) -> Iterator[Row]:
    system = text(children(payload[0]), "Id")
    for element in payload[1:]:
        fields = children(element)
        names = [children(term) for term in fields.get("Term", ())]
        norwegian = next(
            (name for name in names if value(name, "Sprak") in {"", "no", "nb"}), names[0] if names else {}
        )
        code = text(fields, "Kode")
        yield (
            "codevalue",
            (
                f"{system.rpartition('.')[2]}/{code}",
                entry_id,
                system,
                code,
                text(norwegian, "Term"),
                text(norwegian, "BeskrivelseTerm"),
                text(fields, "ParentId"),
            ),
        )


def _unread(_entry_id: str, _payload: list[_Element]) -> Iterator[Row]:
    """Diagnose and OrdineringVirkestoff are in the schema, and empty in every published file."""
    return iter(())


READERS: dict[str, Callable[[str, list[_Element]], Iterator[Row]]] = {
    "LegemiddelMerkevare": _drug,
    "Legemiddelpakning": _drug,
    "LegemiddelVirkestoff": _drug,
    "Legemiddeldose": _drug,
    "Virkestoff": _substance,
    "VirkestoffMedStyrke": _strength,
    "Byttegruppe": _substitution,
    "Refusjonshjemmel": _paragraph,
    "Vilkar": _term,
    "Interaksjon": _interaction,
    "InteraksjonIkkeVurdert": _not_assessed,
    "Kortdose": _short_dose,
    "MedForbMatr": _commodity,
    "Naringsmiddel": _commodity,
    "Brystprotese": _commodity,
    "VarselSlv": _notice,
    "Info": _code_list,
    "Diagnose": _unread,
    "OrdineringVirkestoff": _unread,
}
