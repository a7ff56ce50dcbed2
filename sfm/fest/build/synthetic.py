"""A synthetic M30 with the counts and size of the published one, for measuring. Invented names throughout."""

from __future__ import annotations

import random
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sfm.fest.build.demo_drugs import SINCE, DrugWriter
from sfm.fest.build.synthetic_words import Names
from sfm.fest.build.tables import Form, Ingredient, Line, Package, Product, table
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
from sfm.fest.importer.vocabulary import VOLVEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Entries of the full Rekvirent file with HentetDato 2026-09-08.
COUNTS = {
    "brands": 8_962,
    "packages": 10_828,
    "substances": 8_639,
    "strengths": 7_721,
    "groups": 2_196,
    "commodities": 6_309,
    "reimbursement": 1_158,
    "terms": 203,  # and the two that drugs of group A and B, and unregistered ones, refer to
    "notices": 40,
    "exchange": 1_721,
    "doses": 9_467,
    "interactions": 11_000,
    "not_assessed": 454,
    "short_doses": 400,
    "code_lists": 15,
    "codes": 600,
}
INTERACTION_TEXT = (500, 2_115)  # characters in each of three texts; calibrated so that the whole is 118 MB
AMOUNTS = (
    "1",
    "2,5",
    "5",
    "10",
    "20",
    "25",
    "40",
    "50",
    "75",
    "100",
    "150",
    "200",
    "250",
    "300",
    "400",
    "500",
)
SHORT_DOSES = ("195", "21", "201", "216", "130", "160", "174", "93", "266", "2")
EXCHANGE_BRANDS = (2, 4)  # in a group with exchangeable packages


@dataclass(kw_only=True)
class Synthetic:
    """The invented world, decided once from the seed."""

    counts: dict[str, int]
    dice: random.Random
    names: Names
    substances: list[str]
    lines: dict[Line, list[Product]] = field(default_factory=lambda: defaultdict(list))
    strengths: dict[Ingredient, None] = field(default_factory=dict)


def write_synthetic(
    target: Path, *, scale: float, seed: int, extracted_at: str, zipped: bool = False
) -> None:
    """Write the file. The same scale, seed and date give the same bytes; `scale` 1 is full size, 118 MB."""
    world = _world(scale, seed)
    pieces = document(extracted_at, _catalogues(world))
    if zipped:
        member = zipfile.ZipInfo("fest251.xml", date_time=(2026, 1, 1, 0, 0, 0))
        member.compress_type = zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(target, "w") as archive, archive.open(member, "w", force_zip64=True) as out:
            out.writelines(piece.encode() for piece in pieces)
        return
    with target.open("w", encoding="utf-8") as text:
        text.writelines(pieces)


def _world(scale: float, seed: int) -> Synthetic:
    counts = {name: max(1, round(count * scale)) for name, count in COUNTS.items()}
    dice = random.Random(seed)  # noqa: S311 — invented data, not secrets
    names = Names(dice)
    world = Synthetic(counts=counts, dice=dice, names=names, substances=names.many(counts["substances"]))
    forms = [Form(**row) for row in table("forms") if row["pack_unit"] in {"stk", "ml"}]
    _groups(world, forms)
    _ungrouped(world, forms)
    _packages(world)
    _more_strengths(world)
    return world


def _groups(world: Synthetic, forms: list[Form]) -> None:
    for number in range(world.counts["groups"]):
        line = _line(world, forms, frozenset())
        exchangeable = number < world.counts["exchange"]
        for _ in range(world.dice.randint(*EXCHANGE_BRANDS) if exchangeable else 1):
            world.lines[line].append(_product(world, line))


def _ungrouped(world: Synthetic, forms: list[Form]) -> None:
    made = sum(map(len, world.lines.values()))
    for _ in range(world.counts["brands"] - made):
        line = _line(world, forms, frozenset({"brand"}))
        world.lines[line].append(_product(world, line))


def _line(world: Synthetic, forms: list[Form], marks: frozenset[str]) -> Line:
    dice = world.dice
    while True:
        parts = dice.sample(world.substances, k=dice.choices((1, 2, 3), (80, 15, 5))[0])
        if dice.random() < 0.35:
            marks |= {f"r:{dice.randrange(world.counts['reimbursement'])}"}
        marks |= {f"term:{dice.randrange(world.counts['terms'])}"}
        line = Line(
            atc=world.names.atc(),
            substance="+".join(parts),
            form=dice.choice(forms),
            strength="+".join(dice.choice(AMOUNTS) for _ in parts) + " mg",
            dispensing_group=dice.choices(("A", "B", "C", "F"), (3, 5, 85, 7))[0],
            short_doses=tuple(dice.sample(SHORT_DOSES, k=dice.randint(1, 6))),
            label="730",
            marks=marks,
        )
        if line not in world.lines:
            world.strengths |= dict.fromkeys(line.ingredients)
            return line


def _product(world: Synthetic, line: Line) -> Product:
    brand = world.names.brand()
    excipients = tuple(world.dice.sample(world.substances, k=world.dice.randint(2, 10)))
    address = (
        f"https://www.legemiddelsok.no/_layouts/15/Preparatomtaler/Spc/{world.dice.randrange(10**9)}.pdf"
    )
    return Product(brand=brand, line=line, excipients=excipients, spc=address)


def _packages(world: Synthetic) -> None:
    products = [product for items in world.lines.values() for product in items]
    sizes = ("30", "100", "10", "20", "28", "98")
    for number in range(world.counts["packages"]):
        product = products[number % len(products)]
        size = sizes[len(product.packages)]
        product.packages.append(Package(varenr=f"{100_000 + number}", size=size, product=product))


def _more_strengths(world: Synthetic) -> None:
    while len(world.strengths) < world.counts["strengths"]:
        substance = world.dice.choice(world.substances)
        world.strengths[Ingredient(substance=substance, amount=world.dice.choice(AMOUNTS), unit="mg")] = None


def _catalogues(world: Synthetic) -> Iterator[tuple[str, Iterator[str]]]:
    drugs = DrugWriter(world.lines)
    yield "LegemiddelMerkevare", drugs.brands()
    yield "Legemiddelpakning", drugs.packages()
    yield "Virkestoff", _substances(world)
    yield "LegemiddelVirkestoff", drugs.groups()
    yield "Handelsvare", _commodities(world)
    yield "Refusjon", _reimbursement(world)
    yield "Vilkar", _terms(world)
    yield "VarselSlv", _notices(world)
    yield "Kodeverk", _code_lists(world)
    yield "Byttegruppe", drugs.substitution_groups()
    yield "Legemiddeldose", _doses(world)
    yield "Interaksjon", _interactions(world)
    yield "StrDosering", _short_doses(world)


def _substances(world: Synthetic) -> Iterator[str]:
    for number, name in enumerate(world.substances):
        salts = world.substances[number + 1 : number + 1 + number % 4] if number % 7 == 0 else []
        yield prescribing(
            "Virkestoff",
            leaf("Id", identity("virkestoff", name)),
            leaf("Navn", name.capitalize()),
            leaf("NavnEngelsk", f"{name}e"),
            *(leaf("RefVirkestoff", identity("virkestoff", salt)) for salt in salts),
        )
    for part in world.strengths:
        yield prescribing(
            "VirkestoffMedStyrke",
            leaf("Id", part.id),
            quantity("Styrke", part.amount, part.unit),
            leaf("RefVirkestoff", part.substance_id),
            coded("Styrkeoperator", "L", "Lik", 7445),
        )


def _commodities(world: Synthetic) -> Iterator[str]:
    for number in range(world.counts["commodities"]):
        group = number % world.counts["reimbursement"]
        yield prescribing(
            "MedForbMatr",
            leaf("Nr", f"8{number:05}"),
            leaf("Navn", world.names.text(60)),
            node(
                "ProduktInfoVare",
                leaf("ProduktNr", f"50401{group % 99:02}"),
                coded("EnhetStorrelse", "stk", "stykk", 7452),
                leaf("AntPerPakning", 50),
                flag("TillattMerMakspris", state=False),
            ),
            node(
                "Leverandor",
                leaf("Navn", world.names.brand()),
                leaf("Adresse", "Gate 1"),
                leaf("Telefon", "0"),
            ),
            node(
                "Refusjon",
                leaf("RefRefusjonsgruppe", identity("refusjonsgruppe", str(group))),
                leaf("GyldigFraDato", SINCE),
            ),
        )


def _reimbursement(world: Synthetic) -> Iterator[str]:
    for number in range(world.counts["reimbursement"]):
        codes = [
            node(
                "Refusjonskode",
                coded("Refusjonskode", f"X{code:02}", world.names.text(40), 7435),
                leaf("GyldigFraDato", SINCE),
                node(
                    "Refusjonsvilkar",
                    leaf("RefVilkar", identity("vilkar", str(code % world.counts["terms"]))),
                    leaf("FraDato", SINCE),
                ),
            )
            for code in range(world.dice.randint(2, 12))
        ]
        group = node(
            "Refusjonsgruppe",
            leaf("Id", identity("refusjonsgruppe", str(number))),
            coded("GruppeNr", str(number), world.names.text(30), 7451),
            flag("KreverRefusjonskode", state=True),
            leaf("RefusjonsberettighetBruk", world.names.text(200)),
            *codes,
        )
        hjemmel = coded("Refusjonshjemmel", "200", "§2", 7427)
        linked, decided = flag("KreverVarekobling", state=True), flag("KreverVedtak", state=False)
        yield node("Refusjonshjemmel", hjemmel, linked, decided, group)


def _terms(world: Synthetic) -> Iterator[str]:
    for number in range(world.counts["terms"]):
        yield node(
            "Vilkar",
            leaf("Id", identity("vilkar", str(number))),
            leaf("VilkarNr", number),
            coded("Gruppe", "3", "Refusjon", 7437),
            simple("GjelderFor", "1"),
            leaf("Tekst", world.names.text(400)),
        )
    for key in ("forer", "vilkar34"):
        start = leaf("Id", identity("vilkar", key)) + coded("Gruppe", "7", "Førerkort", 7437)
        yield node("Vilkar", start, simple("GjelderFor", "1"), leaf("Tekst", world.names.text(200)))


def _notices(world: Synthetic) -> Iterator[str]:
    products = [product for items in world.lines.values() for product in items]
    for product in products[: world.counts["notices"]]:
        yield node(
            "VarselSlv",
            coded("Type", "2", "Leveringssvikt", 7441),
            leaf("Overskrift", world.names.text(60)),
            leaf("Varseltekst", world.names.text(600)),
            coded("Visningsregel", "1", "Allmennlege", 7442),
            leaf("FraDato", SINCE),
            node("Referanseelement", simple("Klasse", "1"), leaf("RefElement", product.id)),
        )


def _code_lists(world: Synthetic) -> Iterator[str]:
    for number in range(world.counts["code_lists"]):
        info = node(
            "Info",
            leaf("Id", f"{VOLVEN}{9700 + number}"),
            *(leaf(name, f"Liste {number}") for name in ("Betegnelse", "Kortnavn", "AnsvarligUtgiver")),
        )
        yield info + "".join(
            node(
                "Element",
                leaf("Id", identity("kode", str(number), str(code))),
                leaf("Kode", code),
                node(
                    "Term",
                    leaf("Term", world.names.text(30)),
                    optional("BeskrivelseTerm", world.names.text(60)),
                ),
            )
            for code in range(world.counts["codes"])
        )


def _doses(world: Synthetic) -> Iterator[str]:
    products = [product for items in world.lines.values() for product in items if product.packages]
    for number in range(world.counts["doses"]):
        product = products[number % len(products)]
        yield prescribing(
            "Legemiddeldose",
            coded("Atc", product.line.atc, product.line.substance, 7180),
            leaf("NavnFormStyrke", product.name),
            simple("Reseptgruppe", product.line.dispensing_group),
            leaf("Id", identity("dose", str(number))),
            quantity("Mengde", "1", "stk"),
            leaf("RefLegemiddelMerkevare", product.id),
            *(leaf("RefPakning", package.id) for package in product.packages),
        )


def _interactions(world: Synthetic) -> Iterator[str]:
    dice, names = world.dice, world.names
    for number in range(world.counts["interactions"]):
        yield node(
            "Interaksjon",
            leaf("Id", identity("interaksjon", str(number))),
            simple("Relevans", dice.choices("123", (20, 60, 20))[0]),
            leaf("KliniskKonsekvens", names.text(dice.randint(*INTERACTION_TEXT))),
            leaf("Interaksjonsmekanisme", names.text(dice.randint(*INTERACTION_TEXT))),
            simple("Kildegrunnlag", "1"),
            leaf("Handtering", names.text(dice.randint(*INTERACTION_TEXT))),
            coded("Visningsregel", "1", "Allmennlege", 7442),
            node("Referanse", leaf("Kilde", names.text(120))),
            _members(world),
            _members(world),
        )
    for _ in range(world.counts["not_assessed"]):
        yield node("InteraksjonIkkeVurdert", coded("Atc", names.atc(), names.brand(), 7180))


def _members(world: Synthetic) -> str:
    dice, names = world.dice, world.names
    members = [
        node(
            "Substans",
            leaf("Substans", names.brand()),
            coded("Atc", names.atc()[: dice.choice((4, 5, 7))], "Gruppe", 7180),
        )
        for _ in range(dice.randint(1, 4))
    ]
    return node("Substansgruppe", leaf("Navn", names.text(25)), *members)


def _short_doses(world: Synthetic) -> Iterator[str]:
    for number in range(world.counts["short_doses"]):
        step = leaf("Lopenr", 1) + leaf("Mengde", number % 9 + 1) + leaf("Periode", "P1D")
        code = coded("Kortdose", str(9_000 + number), f"{number % 9 + 1} daglig", 7478)
        text = leaf("BeskrivelseTerm", f"{number % 9 + 1} <doser> daglig")
        yield node("Kortdose", code, text, node("Legemiddelforbruk", step))
