"""The compact hand-written tables of the demo catalogue, read into products."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sfm.fest.build.xml import identity

FOLDER = Path(__file__).resolve().parents[3] / "fixtures" / "fest"
AMOUNT = re.compile(r"([\d,]+) ?([^\d/ ]\S*?)?(?:/([\d,]*) ?(\w+))?$")
WITHOUT_GROUP = {"brand", "vaccine", "kost", "fritak2", "fritak3"}
LARGEST_GROUP = 3  # substances; FEST makes no generic group for more
FIRST_DEMO_NUMBER = 990_001


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@dataclass(frozen=True, kw_only=True)
class Ingredient:
    substance: str
    amount: str = ""
    unit: str = ""
    per: str = ""
    per_unit: str = ""

    @property
    def substance_id(self) -> str:
        return identity("virkestoff", self.substance)

    @property
    def id(self) -> str:
        return identity("styrke", self.substance, self.amount, self.unit, self.per, self.per_unit)


@dataclass(frozen=True, kw_only=True)
class Form:
    key: str
    code: str
    name: str
    short: str
    route: str
    route_name: str
    unit: str
    unit_name: str
    pack_unit: str
    pack_type: str
    pack_type_name: str


@dataclass(frozen=True, kw_only=True)
class Package:
    varenr: str
    size: str
    product: Product

    @property
    def id(self) -> str:
        return identity("pakning", self.product.name, self.size)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One form and strength of a substance: what becomes a virkestoff group, if it becomes one."""

    atc: str
    substance: str
    form: Form
    strength: str
    dispensing_group: str
    short_doses: tuple[str, ...]
    label: str
    marks: frozenset[str]

    @cached_property
    def substances(self) -> tuple[str, ...]:
        return tuple(self.substance.split("+"))

    @cached_property
    def ingredients(self) -> tuple[Ingredient, ...]:
        """With strength where each part of the text has one, else the bare substances."""
        parts = self.strength.split("+")
        tail = AMOUNT.match(parts[-1])
        found = [AMOUNT.match(part) for part in parts]
        if len(parts) != len(self.substances) or tail is None or not all(found):
            return tuple(Ingredient(substance=substance) for substance in self.substances)
        return tuple(
            Ingredient(
                substance=substance,
                amount=match[1],
                unit=match[2] or tail[2] or "mg",
                per=(match[3] or tail[3] or "1") if (match[4] or tail[4]) else "",
                per_unit=match[4] or tail[4] or "",
            )
            for substance, match in zip(self.substances, found, strict=True)
            if match
        )

    @property
    def name(self) -> str:
        title = "/".join(self.substances)
        return f"{title[:1].upper()}{title[1:]} {self.form.short} {self.strength}"

    @property
    def id(self) -> str:
        return identity("virkestoffgruppe", self.atc, self.name)

    @property
    def has_group(self) -> bool:
        return not self.marks & WITHOUT_GROUP and len(self.substances) <= LARGEST_GROUP

    def marked(self, prefix: str) -> tuple[str, ...]:
        return tuple(sorted(mark.removeprefix(prefix) for mark in self.marks if mark.startswith(prefix)))

    @property
    def reimbursement(self) -> tuple[str, ...]:
        return self.marked("r:") + (("hr",) if "hr" in self.marks else ())


@dataclass(frozen=True, kw_only=True)
class Product:
    """A merkevare: one brand in one form and strength."""

    brand: str
    line: Line
    packages: list[Package] = field(default_factory=list, compare=False)
    excipients: tuple[str, ...] = ()
    spc: str = ""  # address of the summary of product characteristics

    @property
    def name(self) -> str:
        return f"{self.brand} {self.line.form.short} {self.line.strength}"

    @property
    def id(self) -> str:
        return identity("merkevare", self.line.atc, self.name)


def products() -> list[Product]:
    """Every brand, with its packages numbered from 990001 in the order of the table."""
    forms = {row["key"]: Form(**row) for row in table("forms")}
    found: list[Product] = []
    number = FIRST_DEMO_NUMBER
    for row in table("drugs"):
        for strength in row["strengths"].split("|"):
            line = _line(row, forms, strength)
            for brand in _brands(row["brands"], strength):
                product = Product(brand=brand, line=line)
                for size in row["packs"].split("|"):
                    product.packages.append(Package(varenr=str(number), size=size, product=product))
                    number += 1
                found.append(product)
    return found


def _line(row: dict[str, str], forms: dict[str, Form], strength: str) -> Line:
    return Line(
        atc=row["atc"],
        substance=row["substance"],
        form=forms[row["form"]],
        strength=strength,
        dispensing_group=row["group"],
        short_doses=tuple(row["short"].split()),
        label=row["label"],
        marks=frozenset(row["marks"].split()),
    )


def _brands(text: str, strength: str) -> list[str]:
    """Brands of this strength: «Navn» has all strengths, «Navn=5 mg,10 mg» some."""
    found = []
    for brand in text.split("|"):
        name, _, only = brand.partition("=")
        # a comma after a digit is a decimal: «2,5 mg,5 mg» is two strengths
        if not only or strength in re.split(r"(?<=[A-Za-z]),", only):
            found.append(name)
    return found


def by_line(all_products: list[Product]) -> dict[Line, list[Product]]:
    lines: dict[Line, list[Product]] = defaultdict(list)
    for product in all_products:
        lines[product.line].append(product)
    return lines
