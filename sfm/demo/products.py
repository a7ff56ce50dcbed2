"""Finds the fixtures' drugs («C10AA05 40 mg») in the imported demo catalogue."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import TYPE_CHECKING, Any

from sfm.fest.models import CodeValue, Drug, Strength, Substance, Version
from sfm.medication.content import Product

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A product, and what one package of it is: so many of a unit, or a varenummer."""

    product: Product
    size: Decimal
    unit: str  # 7452


class UnknownDrug(Exception):
    """The fixtures name something the catalogue does not have."""


def choose(reference: str) -> Choice:
    """The group of that ATC code, strength and form; a package where it must be prescribed by brand.

    `reference` is ATC, strength, and where two forms share it the first word of the form: «N02BE01 1 g tab».
    """
    atc, wanted = reference.split(" ", 1)
    drugs = [drug for drug in Drug.objects.filter(atc=atc, expired_on=None) if _matches(drug, wanted)]
    packages = [
        drug for drug in drugs if drug.kind == "package" and drug.withdrawn_on is None and drug.detail["info"]
    ]
    groups = [drug for drug in drugs if drug.kind == "group"]
    if not packages:
        raise UnknownDrug(reference)
    package = min(packages, key=lambda drug: (drug.suspended_on is not None, drug.varenr))
    return _choice(min(groups, key=lambda drug: drug.name) if groups else package, package)


def _matches(drug: Drug, wanted: str) -> bool:
    strength, form = _split(wanted)
    words = _plain(drug.name)
    return f" {_plain(strength)} " in f" {words} " and drug.form_name.lower().startswith(form)


def _split(wanted: str) -> tuple[str, str]:
    head, _, last = wanted.rpartition(" ")
    is_form = bool(head) and last.isalpha() and last in {"tab", "depot", "kaps", "mikst"}
    return (head, last) if is_form else (wanted, "")


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("/", " / ").replace("+", " + ")).strip().lower()


def _choice(drug: Drug, package: Drug) -> Choice:
    info = package.detail["info"][0]
    is_package = drug.kind == "package"
    detailed = Drug.objects.get(key=info["brand"]).detail if is_package else drug.detail
    substance_ids, names = _substances(detailed)
    product = Product(
        kind=drug.kind,
        fest_id=drug.key,
        fest_version=Version.objects.get(is_current=True).extracted_at,
        varenr=drug.varenr if is_package else "",
        name_form_strength=drug.name,
        substance=" og ".join(names) or drug.atc_name,
        strength=_strength(drug),
        form=drug.form_name,
        form_code=drug.form,
        brand=_brand_name(info["brand"]) if is_package else "",
        atc=drug.atc,
        atc_name=drug.atc_name,
        dispensing_group=drug.dispensing_group,
        dose_unit=_code(detailed["units"][0]),
        substance_ids=tuple(substance_ids),
    )
    return Choice(product=product, size=_size(info), unit=_code(info["unit"]))


def _substances(detail: dict[str, Any]) -> tuple[list[str], list[str]]:
    strengths = Strength.objects.in_bulk(detail.get("strengths") or [])
    ids = [strength.substance for strength in strengths.values()] or list(detail.get("substances") or [])
    found = Substance.objects.in_bulk(ids)
    return ids, [found[key].name.lower() for key in ids if key in found]


def _strength(drug: Drug) -> str:
    found = re.search(r"\d[\d,.+ ]*\s?(?:mg|g|mikrog|ml|E|IE)\b.*", drug.name)
    return found.group() if found else ""


def _brand_name(key: str) -> str:
    return str(Drug.objects.get(key=key).brand)


def package(varenr: str) -> dict[str, object]:
    """A package as a message names it: number, brand, size and unit (7452)."""
    info = Drug.objects.get(kind="package", varenr=varenr).detail["info"][0]
    unit = _code(info["unit"])
    name = (
        CodeValue.objects.filter(system__endswith=".7452", code=unit).values_list("name", flat=True).first()
    )
    return {
        "varenr": varenr,
        "brand": _brand_name(info["brand"]),
        "package_size": info["size"],
        "package_unit": {"code": unit, "name": name or unit},
    }


def _size(info: dict[str, str]) -> Decimal:
    """«3x2,5» is three of 2.5 ml each."""
    parts = (info.get("size") or "1").lower().replace(",", ".").split("x")
    return prod((Decimal(part.strip()) for part in parts), start=Decimal(1))


def _code(coded: str | Iterable[str] | dict[str, str]) -> str:
    if isinstance(coded, str):
        return coded
    return str(coded["code"] if isinstance(coded, dict) else next(iter(coded)))
