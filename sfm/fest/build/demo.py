"""Turns the tables of fixtures/fest into an M30 file, which the importer then takes like any other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfm.fest.build.demo_drugs import SINCE, DrugWriter
from sfm.fest.build.tables import Ingredient, by_line, products, table
from sfm.fest.build.xml import (
    coded,
    document,
    flag,
    identity,
    leaf,
    node,
    optional,
    prescribing,
    quantity,
    simple,
)
from sfm.fest.importer.vocabulary import FS, VOLVEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfm.fest.build.tables import Line, Product

    Lines = dict[Line, list[Product]]

EXTRACTED_AT = "2026-09-15T04:00:00"
ATC = re.compile(r"[A-Z]{1,2}\d")
NOT_ASSESSED = ("A10BX16", "J05AR20")
PARAGRAPHS = {"200": "§2", "400": "§4", "700": "§5-22", "950": "H-resept", "500": "§5", "600": "§6"}
TERM_GROUPS = {"2": "Handelsvare", "3": "Refusjon", "4": "Utleveringsbestemmelse", "5": "Antibiotika"}
TERM_GROUPS |= {"6": "Legemiddelgjennomgang", "7": "Førerkort"}
NOTICE_TYPES = {
    "1": "Sikkerhetsinformasjon",
    "2": "Leveringssvikt",
    "3": "Salgsstopp og tilbaketrekking",
    "4": "Refusjon",
}
LISTS = {
    7448: "Legemiddelform",
    7452: "Enhet for pakning",
    7477: "Administrasjonsvei",
    7478: "Kortdose",
    7479: "Forholdsregel ved inntak",
    7480: "Enhet for dosering",
    7488: "Bruksområde til etikett",
    7180: "ATC",
    9090: "Benevning for styrke",
    7403: "Produktgruppe",
}


def write_demo(target: Path, *, extracted_at: str = EXTRACTED_AT) -> None:
    """Write the demo catalogue. The same tables always give the same bytes."""
    lines = by_line(products())
    drugs = DrugWriter(lines)
    catalogues = (
        ("LegemiddelMerkevare", drugs.brands()),
        ("Legemiddelpakning", drugs.packages()),
        ("Virkestoff", _substances(lines)),
        ("LegemiddelVirkestoff", drugs.groups()),
        ("Handelsvare", _commodities()),
        ("Refusjon", _reimbursement()),
        ("Vilkar", _terms()),
        ("VarselSlv", _notices(lines)),
        ("Kodeverk", _code_lists(lines)),
        ("Byttegruppe", drugs.substitution_groups()),
        ("Legemiddeldose", drugs.doses()),
        ("Interaksjon", _interactions(lines)),
        ("StrDosering", _short_doses()),
    )
    with target.open("w", encoding="utf-8") as out:
        out.writelines(document(extracted_at, catalogues))


def _substances(lines: Lines) -> Iterator[str]:
    salts = {line.substance: salt for line in lines for salt in line.marked("salt:")}
    names = dict.fromkeys(part.substance for line in lines for part in line.ingredients)
    translated = {row["substance"]: row["english"] for row in table("drugs")}
    for name in [*names, *salts.values(), "johannesurt"]:
        salt = salts.get(name)
        yield prescribing(
            "Virkestoff",
            leaf("Id", identity("virkestoff", name)),
            leaf("Navn", name[:1].upper() + name[1:]),
            optional("NavnEngelsk", translated.get(name, "").capitalize()),
            leaf("RefVirkestoff", identity("virkestoff", salt)) if salt else "",
        )
    strengths = dict.fromkeys(part for line in lines for part in line.ingredients if part.amount)
    yield from map(_strength, strengths)


def _strength(part: Ingredient) -> str:
    return prescribing(
        "VirkestoffMedStyrke",
        leaf("Id", part.id),
        quantity("Styrke", part.amount, part.unit),
        quantity("StyrkeNevner", part.per, part.per_unit) if part.per_unit else "",
        leaf("RefVirkestoff", part.substance_id),
        coded("Styrkeoperator", "L", "Lik", 7445),
    )


def _commodities() -> Iterator[str]:
    for row in table("commodities"):
        if row["kind"]:
            yield prescribing(
                row["kind"],
                leaf("Nr", row["number"]),
                leaf("Navn", row["name"]),
                node(
                    "ProduktInfoVare",
                    leaf("ProduktNr", row["group"]),
                    coded("EnhetStorrelse", "stk", "stykk", 7452),
                    leaf("AntPerPakning", row["count"]),
                    flag("TillattMerMakspris", state=False),
                ),
                node(
                    "Leverandor",
                    leaf("Navn", row["supplier"]),
                    leaf("Adresse", "Oppdiktet gate 1"),
                    leaf("Telefon", "00000000"),
                ),
                node(
                    "Refusjon",
                    leaf("RefRefusjonsgruppe", identity("refusjonsgruppe", row["group"])),
                    leaf("GyldigFraDato", SINCE),
                ),
            )


def _reimbursement() -> Iterator[str]:
    for row in table("reimbursement"):
        needs_code = row["needs_code"] == "J"
        group = node(
            "Refusjonsgruppe",
            leaf("Id", identity("refusjonsgruppe", row["key"])),
            coded("GruppeNr", row["number"], row["name"], 7451),
            flag("KreverRefusjonskode", state=needs_code),
            leaf("RefusjonsberettighetBruk", row["use"]),
            *([] if needs_code else _term_references(row["terms"])),
            *(_code(code, row["terms"]) for code in row["codes"].split("|") if code),
        )
        yield _paragraph(row["paragraph"], group)
    seen: dict[str, dict[str, str]] = {row["group"]: row for row in table("commodities")}
    for number, row in seen.items():
        group = node(
            "Refusjonsgruppe",
            leaf("Id", identity("refusjonsgruppe", number)),
            coded("GruppeNr", number, row["group_name"], 7403),
            flag("KreverRefusjonskode", state=False),
            *_term_references(row["terms"]),
        )
        yield _paragraph(number[:3], group)


def _paragraph(code: str, group: str) -> str:
    name = PARAGRAPHS.get(code) or PARAGRAPHS[f"{code[0]}00"]
    return node(
        "Refusjonshjemmel",
        coded("Refusjonshjemmel", code, name, 7427),
        flag("KreverVarekobling", state=True),
        flag("KreverVedtak", state=False),
        group,
    )


def _term_references(keys: str) -> list[str]:
    return [leaf("RefVilkar", identity("vilkar", key)) for key in keys.split()]


def _code(text: str, terms: str) -> str:
    code, _, name = text.partition(":")
    own = 7434 if code.startswith("-") else 7435 if len(code) == 3 and code in ICD else 7170
    return node(
        "Refusjonskode",
        coded("Refusjonskode", code, name, own),
        leaf("GyldigFraDato", SINCE),
        *(
            node("Refusjonsvilkar", reference, leaf("FraDato", SINCE))
            for reference in _term_references(terms)
        ),
    )


# Codes of ICD-10 among the demo's; ICPC-2 codes look the same (a letter and two digits).
_ICD = """I10 I50 E78 I20 I25 I48 D51 E10 E11 E03 E29 J45 J44 J30 T78 K21 K50 K51 G40 G20 G43 F33 F20 F31 F90 G30 G12
G70 M81 M10 M05 B00 L20 L40 L70 H40 N40 N39 C50 C61 N18 F11"""
ICD = frozenset(_ICD.split())


def _terms() -> Iterator[str]:
    for row in table("terms"):
        yield node(
            "Vilkar",
            leaf("Id", identity("vilkar", row["key"])),
            leaf("VilkarNr", row["number"]),
            coded("Gruppe", row["group"], TERM_GROUPS[row["group"]], 7437),
            simple("GjelderFor", row["applies_to"]),
            leaf("Tekst", row["text"]),
            leaf("GyldigFraDato", SINCE),
            *(_structure(part) for part in row["structure"].split("|") if part),
        )


def _structure(text: str) -> str:
    kind, _, content = text.partition("=")
    pairs = [value.partition(":") for value in content.split(",")]
    values = [
        simple("VerdiKodet", code, name) if name else leaf("VerdiTekst", code) for code, _, name in pairs
    ]
    return node("StrukturertVilkar", coded("Type", kind, kind, 7439), *values)


def _notices(lines: Lines) -> Iterator[str]:
    ids = {product.name: product.id for items in lines.values() for product in items}
    for row in table("notices"):
        yield node(
            "VarselSlv",
            coded("Type", row["type"], NOTICE_TYPES[row["type"]], 7441),
            leaf("Overskrift", row["headline"]),
            leaf("Varseltekst", row["text"]),
            *(coded("Visningsregel", rule, rule, 7442) for rule in row["audience"].split()),
            leaf("FraDato", row["from"]),
            f'<Lenke xmlns="{FS}"><Www V="https://www.dmp.no/"/></Lenke>',
            node(
                "Referanseelement",
                simple("Klasse", "1", "LegemiddelMerkevareId"),
                *(leaf("RefElement", ids[name]) for name in row["targets"].split("|")),
            ),
        )


def _code_lists(lines: Lines) -> Iterator[str]:
    values: dict[int, dict[str, tuple[str, str]]] = {number: {} for number in LISTS}
    for row in table("forms"):
        values[7448][row["code"]] = (row["name"], row["short"])
        values[7477][row["route"]] = (row["route_name"], "")
        values[7480][row["unit"]] = (row["unit_name"], "")
    for row in table("short_doses"):
        values[7478][row["code"]] = (row["term"], row["text"])
    for row in table("codes"):
        values[int(row["list"])][row["code"]] = (row["name"], "")
    for line in lines:
        values[7180][line.atc] = ("/".join(line.substances).capitalize(), "")
    for row in table("commodities"):
        values[7403][row["group"]] = (row["group_name"], "")
    for number, name in LISTS.items():
        yield _code_list(number, name, values[number])


def _code_list(number: int, name: str, values: dict[str, tuple[str, str]]) -> str:
    info = node(
        "Info",
        leaf("Id", f"{VOLVEN}{number}"),
        leaf("Betegnelse", name),
        leaf("Kortnavn", name),
        leaf("AnsvarligUtgiver", "Demokatalog"),
    )
    return info + "".join(
        node(
            "Element",
            leaf("Id", identity("kode", str(number), code)),
            leaf("Kode", code),
            node("Term", leaf("Term", term), optional("BeskrivelseTerm", description)),
        )
        for code, (term, description) in sorted(values.items())
    )


def _interactions(lines: Lines) -> Iterator[str]:
    names = {line.atc: line.substances for line in lines}
    for row in table("interactions"):
        yield node(
            "Interaksjon",
            leaf("Id", identity("interaksjon", row["a"], row["b"])),
            simple("Relevans", row["relevance"]),
            optional("Situasjonskriterium", row["criterion"]),
            leaf("KliniskKonsekvens", row["consequence"]),
            optional("Interaksjonsmekanisme", row["mechanism"]),
            simple("Kildegrunnlag", row["basis"]),
            optional("Handtering", row["handling"]),
            coded("Visningsregel", "1", "Allmennlege", 7442),
            node("Referanse", leaf("Kilde", "Demokatalog, egen tekst")),
            _members(row["name_a"], row["a"], names),
            _members(row["name_b"], row["b"], names),
        )
    for atc in NOT_ASSESSED:
        yield node("InteraksjonIkkeVurdert", coded("Atc", atc, "/".join(names[atc]).capitalize(), 7180))


def _members(name: str, keys: str, names: dict[str, tuple[str, ...]]) -> str:
    return node("Substansgruppe", leaf("Navn", name), *(_member(name, key, names) for key in keys.split()))


def _member(name: str, key: str, names: dict[str, tuple[str, ...]]) -> str:
    if not ATC.match(key):
        return node("Substans", leaf("Substans", name), leaf("RefVirkestoff", identity("virkestoff", key)))
    substances = names.get(key, ())
    alone = [leaf("RefVirkestoff", identity("virkestoff", substances[0]))] if len(substances) == 1 else []
    shown = "/".join(substances).capitalize() or name
    return node("Substans", leaf("Substans", shown), coded("Atc", key, shown, 7180), *alone)


def _short_doses() -> Iterator[str]:
    for row in table("short_doses"):
        steps = [step.split() for step in row["structure"].split("|") if step]
        yield node(
            "Kortdose",
            coded("Kortdose", row["code"], row["term"], 7478),
            leaf("BeskrivelseTerm", row["text"]),
            *(
                node(
                    "Legemiddelforbruk",
                    leaf("Lopenr", order),
                    leaf("Mengde", amount),
                    leaf("Periode", period),
                    *(leaf("Iterasjoner", count) for count in times),
                )
                for order, (amount, period, *times) in enumerate(steps, 1)
            ),
        )
