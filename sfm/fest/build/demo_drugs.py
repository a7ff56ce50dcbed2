"""The demo catalogue's products as M30 payloads."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.fest.build.tables import table
from sfm.fest.build.xml import coded, flag, identity, leaf, node, optional, prescribing, quantity, simple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sfm.fest.build.tables import Ingredient, Line, Package, Product

SINCE = "2020-01-01"
UNREGISTERED = {"fritak2": ("2", "Søknad vurderes av apotek"), "fritak3": ("3", "Må søkes")}
NARCOTIC = {"A", "B"}


class DrugWriter:
    """Knows the tables the products refer to."""

    def __init__(self, lines: dict[Line, list[Product]]) -> None:
        self.lines = lines
        self.short_doses = {row["code"]: row["term"] for row in table("short_doses")}
        self.codes = {(row["list"], row["code"]): row["name"] for row in table("codes")}
        self.market = {row["product"]: row for row in table("market")}

    def brands(self) -> Iterator[str]:
        for line, products in self.lines.items():
            for product in products:
                yield prescribing(
                    "LegemiddelMerkevare",
                    _start(line, product.name),
                    _terms(line),
                    _kind(line),
                    self._administration(line),
                    _triangle(line),
                    leaf("Id", product.id),
                    leaf("Varenavn", product.brand),
                    leaf("LegemiddelformLang", line.form.name.lower()),
                    _ingredients(line),
                    _validity(line),
                    *(
                        node("Hjelpestoff", leaf("Navn", name))
                        for name in product.excipients or _excipients(line)
                    ),
                    _spc(product.spc),
                )

    def packages(self) -> Iterator[str]:
        for line, products in self.lines.items():
            for product in products:
                for package in product.packages:
                    yield self._package(line, product, package, exchangeable=_exchangeable(line, products))

    def _package(self, line: Line, product: Product, package: Package, *, exchangeable: bool) -> str:
        return prescribing(
            "Legemiddelpakning",
            _start(line, product.name),
            _kind(line),
            _reimbursement(line.reimbursement),
            node(
                "PakningByttegruppe", leaf("RefByttegruppe", exchange_id(line)), leaf("GyldigFraDato", SINCE)
            )
            if exchangeable
            else "",
            _triangle(line),
            leaf("Id", package.id),
            leaf("Varenr", package.varenr),
            _package_info(line, product, package),
            *_prices(package, exchangeable=exchangeable),
            self._marketing(product),
        )

    def groups(self) -> Iterator[str]:
        for line, products in self.lines.items():
            if line.has_group:
                yield prescribing(
                    "LegemiddelVirkestoff",
                    _start(line, line.name),
                    _terms(line),
                    _kind(line),
                    _reimbursement(line.reimbursement),
                    self._administration(line),
                    _triangle(line),
                    leaf("Id", line.id),
                    _ingredients(line),
                    *(leaf("RefLegemiddelMerkevare", product.id) for product in products),
                    *(leaf("RefPakning", package.id) for product in products for package in product.packages),
                    coded("ForskrivningsenhetResept", line.form.pack_unit, self._unit(line), 7452),
                )

    def doses(self) -> Iterator[str]:
        for line, products in self.lines.items():
            if line.form.pack_unit == "stk":
                for product in products:
                    yield prescribing(
                        "Legemiddeldose",
                        _start(line, product.name),
                        _kind(line),
                        leaf("Id", identity("dose", product.id)),
                        quantity("Mengde", "1", "stk"),
                        leaf("RefLegemiddelMerkevare", product.id),
                        *(leaf("RefPakning", package.id) for package in product.packages),
                    )

    def substitution_groups(self) -> Iterator[str]:
        number = 100_001
        for line, products in self.lines.items():
            if _exchangeable(line, products):
                yield node(
                    "Byttegruppe",
                    leaf("Id", exchange_id(line)),
                    simple("Kode", str(number), line.name),
                    flag("MerknadTilByttbarhet", state=False),
                    leaf("GyldigFraDato", SINCE),
                )
                number += 1

    def _unit(self, line: Line) -> str:
        return self.codes["7452", line.form.pack_unit]

    def _administration(self, line: Line) -> str:
        form = line.form
        labels = [line.label] if line.label else []
        precautions = ["55", "81"] if "pre:55" in line.marks else []
        return node(
            "AdministreringLegemiddel",
            coded("Administrasjonsvei", form.route, form.route_name, 7477),
            coded("EnhetDosering", form.unit, form.unit_name, 7480),
            *(coded("Kortdose", code, self.short_doses[code], 7478) for code in line.short_doses),
            *(coded("ForhandsregelInntak", code, self._precaution(code), 7479) for code in precautions),
            *(coded("BruksomradeEtikett", code, self.codes["7488", code], 7488) for code in labels),
        )

    def _precaution(self, code: str) -> str:
        return self.codes.get(("7479", code), "Vent minst 30 min før du legger deg ned")

    def _marketing(self, product: Product) -> str:
        dates = self.market.get(product.name)
        return node("Markedsforingsinfo", leaf(dates["field"], dates["date"])) if dates else ""


def exchange_id(line: Line) -> str:
    return identity("byttegruppe", line.id)


def _exchangeable(line: Line, products: list[Product]) -> bool:
    return line.has_group and len({product.brand for product in products}) > 1


def _start(line: Line, name: str) -> str:
    return (
        coded("Atc", line.atc, "/".join(line.substances).capitalize(), 7180)
        + leaf("NavnFormStyrke", name)
        + simple("Reseptgruppe", line.dispensing_group, f"Reseptgruppe {line.dispensing_group}")
        + coded("LegemiddelformKort", line.form.code, line.form.name, 7448)
    )


def _terms(line: Line) -> str:
    keys = list(line.marked("term:"))
    if line.dispensing_group in NARCOTIC:
        keys.append("forer")
    if line.marks & set(UNREGISTERED):
        keys.append("vilkar34")
    return "".join(leaf("RefVilkar", identity("vilkar", key)) for key in keys)


def _kind(line: Line) -> str:
    kind, application = ("7", "Legemiddel"), ("1", "Skal ikke søkes")
    if "vaccine" in line.marks:
        kind = ("6", "Vaksine")
    if "kost" in line.marks:
        kind = ("16", "Kosttilskudd")
    for mark, how in UNREGISTERED.items():
        if mark in line.marks:
            kind, application = ("11", "Krever godkj. Fritak"), how
    opioid = flag("Opioidsoknad", state=True) if "opioid" in line.marks else ""
    return simple("Preparattype", *kind) + simple("TypeSoknadSlv", *application) + opioid


def _reimbursement(keys: Iterable[str]) -> str:
    return "".join(
        node(
            "Refusjon",
            leaf("RefRefusjonsgruppe", identity("refusjonsgruppe", key)),
            leaf("GyldigFraDato", SINCE),
        )
        for key in keys
    )


def _triangle(line: Line) -> str:
    return (
        coded("SvartTrekant", "1", "Legemiddel med særlig overvåkning", 7510) if "tri" in line.marks else ""
    )


def _ingredients(line: Line) -> str:
    return "".join(_ingredient(order, part) for order, part in enumerate(line.ingredients, 1))


def _ingredient(order: int, part: Ingredient) -> str:
    if part.amount:
        return node(
            "SortertVirkestoffMedStyrke", leaf("Sortering", order), leaf("RefVirkestoffMedStyrke", part.id)
        )
    return node(
        "SortertVirkestoffUtenStyrke", leaf("Sortering", order), leaf("RefVirkestoff", part.substance_id)
    )


def _validity(line: Line) -> str:
    if "isotret" in line.marks:
        women = node("Reseptgyldighet", simple("Kjonn", "2", "Kvinne"), leaf("Varighet", "P7D"))
        return women + node("Reseptgyldighet", simple("Kjonn", "1", "Mann"), leaf("Varighet", "P1Y"))
    marked = {"p10d", "p3y", "p6m"} & line.marks
    return node("Reseptgyldighet", leaf("Varighet", (marked.pop() if marked else "p1y").upper()))


def _excipients(line: Line) -> tuple[str, ...]:
    if line.form.unit == "13":
        return ("Laktosemonohydrat", "Magnesiumstearat", "Mikrokrystallinsk cellulose")
    if line.form.unit == "6":
        return ("Gelatin", "Talkum")
    return ("Natriumbenzoat",) if line.form.key == "mikst" else ("Renset vann",)


def _spc(address: str) -> str:
    if not address:
        return ""
    link = node("Lenke", simple("Www", address))
    return node("Preparatomtaleavsnitt", simple("Avsnittoverskrift", "SPChuman", "Innholdsfortegnelse"), link)


def _prices(package: Package, *, exchangeable: bool) -> Iterator[str]:
    """Invented: forty kroner, and so much for each unit; what can be exchanged is reimbursed up to two thirds."""
    count = Decimal(package.size.replace(",", ".").split("x")[-1])
    most = (Decimal(40) + count * Decimal("1.35")).quantize(Decimal("0.01"))
    told = {"4": ("AUP", most)}
    if exchangeable:
        told["5"] = ("Trinnpris", (most * 2 / 3).quantize(Decimal("0.01")))
    for kind, (name, amount) in told.items():
        yield node(
            "PrisVare",
            coded("Type", kind, name, 7453),
            quantity("Pris", str(amount), "NOK"),
            leaf("GyldigFraDato", SINCE),
        )


def _package_info(line: Line, product: Product, package: Package) -> str:
    *outer, amount = package.size.replace(",", ".").split("x")
    return node(
        "Pakningsinfo",
        leaf("RefLegemiddelMerkevare", product.id),
        leaf("Pakningsstr", package.size),
        coded("EnhetPakning", line.form.pack_unit, line.form.pack_unit, 7452),
        coded("Pakningstype", line.form.pack_type, line.form.pack_type_name, 7449),
        *(leaf("Antall", count) for count in outer),
        leaf("Mengde", amount),
        optional("Sortering", 1),
    )
