"""Reads products from the database: four queries for any number of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sfm.core.codes import Code, volven
from sfm.fest.durations import Validity
from sfm.fest.hits import ProductRef
from sfm.fest.models import Drug, ReimbursementGroup, Term
from sfm.fest.product import (
    Brand,
    Condition,
    Package,
    Price,
    Product,
    Reimbursement,
    ReimbursementCode,
    ShortDose,
    StructuredCondition,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfm.fest.skeleton import Skeleton

LARGEST_PACKAGES = 200  # of one product; more is not a choice


class ProductReader:
    """Everything the products asked for refer to, fetched together."""

    def __init__(
        self, keys: Iterable[str], *, version: int, skeleton: Skeleton, texts: Mapping[str, str]
    ) -> None:
        self.version, self.skeleton, self.texts = version, skeleton, texts
        self.drugs = {row.key: row for row in Drug.objects.filter(key__in=list(keys))}
        asked = list(self.drugs.values())
        self.drugs |= {row.key: row for row in Drug.objects.filter(key__in=self._related(asked))}
        rows = list(self.drugs.values())
        groups = {key for row in rows for link in row.detail.get("reimbursement", ()) for key in link[0]}
        self.groups = (
            {row.key: row for row in ReimbursementGroup.objects.filter(key__in=groups)} if groups else {}
        )
        terms = {key for row in rows for key in row.detail.get("terms", ())}
        for group in self.groups.values():
            terms.update(group.conditions, (term[0] for code in group.codes for term in code["terms"]))
        self.terms = {row.key: row for row in Term.objects.filter(key__in=terms)} if terms else {}

    def _related(self, rows: Iterable[Drug]) -> list[str]:
        found: set[str] = set()
        for row in rows:
            found.update(self._brand_keys(row), self._package_keys(row))
            found.update(key for key in [self.skeleton.group_of.get(row.key, "")] if key)
        return sorted(found - self.drugs.keys())

    def _brand_keys(self, row: Drug) -> list[str]:
        if row.kind == "package":
            return [part["brand"] for part in row.detail["info"]]
        return [row.key] if row.kind == "brand" else list(row.detail.get("brands", ()))

    def _package_keys(self, row: Drug) -> list[str]:
        if row.kind == "brand":
            return list(self.skeleton.packages_of.get(row.key, ()))
        return [row.key] if row.kind == "package" else list(row.detail.get("packages", ()))[:LARGEST_PACKAGES]

    def product(self, key: str) -> Product | None:
        row = self.drugs.get(key)
        if row is None or row.kind == "dose":
            return None
        brands = [self.drugs[brand] for brand in self._brand_keys(row) if brand in self.drugs]
        packages = [self.drugs[package] for package in self._package_keys(row) if package in self.drugs]
        # FEST gives administration and validity on brand and group, never on the package (fest.md 3.2)
        group_key = row.key if row.kind == "group" else self.skeleton.group_of.get(row.key, "")
        use = (brands[0] if row.kind == "package" and brands else row).detail
        substances = self._substances(use)
        return Product(
            ref=ProductRef(kind=row.kind, fest_id=row.key),
            catalogue_version=self.version,
            name_form_strength=row.name,
            substance_ids=substances,
            substance_names=tuple(
                self.skeleton.substance_names.get(substance, "") for substance in substances
            ),
            strength="/".join(
                self.skeleton.strengths[part].text
                for part in use["strengths"]
                if part in self.skeleton.strengths
            ),
            form=volven(7448, row.form, row.form_name),
            brand_name=brands[0].brand if row.kind != "group" and brands else "",
            atc=volven(7180, row.atc, row.atc_name),
            dispensing_group=row.dispensing_group,
            preparation=row.preparation,
            approval_exemption=row.application if row.application in {"2", "3"} else "",
            opioid=row.opioid,
            black_triangle=row.black_triangle,
            brand_required=not group_key,
            routes=_codes(7477, use.get("routes")),
            dose_units=_codes(7480, use.get("units")),
            short_doses=tuple(self._short_dose(*pair) for pair in use.get("short_doses", ())),
            precautions=_codes(7479, use.get("precautions")),
            indications=tuple(
                volven(7488, value, text.capitalize()) for value, text in use.get("labels", ())
            ),
            prescribing_units=_codes(7452, row.detail.get("prescribing_units")),
            validity=_validity(brands),
            brands=tuple(_brand(brand) for brand in brands),
            packages=tuple(self._package(package) for package in packages),
            reimbursements=tuple(self._reimbursements([row] if row.kind != "brand" else packages)),
            conditions=tuple(
                self._conditions(
                    (brands[0] if row.kind == "package" and brands else row).detail.get("terms", ())
                )
            ),
            group_id=group_key,
            expired_on=row.expired_on,
        )

    def _substances(self, detail: dict[str, Any]) -> tuple[str, ...]:
        strengths = self.skeleton.strengths
        known = [strengths[key].substance for key in detail.get("strengths", ()) if key in strengths]
        return (*known, *detail.get("substances", ()))

    def _short_dose(self, value: str, shown: str) -> ShortDose:
        return ShortDose(code=volven(7478, value, shown), text_template=self.texts.get(value) or shown)

    def _package(self, row: Drug) -> Package:
        info = row.detail["info"][0] if row.detail["info"] else None
        brand = self.skeleton.brands.get(info["brand"]) if info else None
        return Package(
            fest_id=row.key,
            varenr=row.varenr,
            name=row.name,
            brand=brand.brand if brand else "",
            size=info["size"] if info else "",
            amount=_whole_amount(row.detail["info"]),
            unit=volven(7452, *info["unit"]) if info else volven(7452, ""),
            container=volven(7449, *info["type"]) if info else volven(7449, ""),
            substitution_group=row.substitution_group,
            marketed_on=row.marketed_on,
            withdrawn_on=row.withdrawn_on,
            suspended_on=row.suspended_on,
            expired_on=row.expired_on,
            prices=tuple(_prices(row.detail.get("prices", ()))),
        )

    def _reimbursements(self, rows: Iterable[Drug]) -> Iterable[Reimbursement]:
        seen: set[tuple[str, str, str | None]] = set()
        for row in rows:
            for keys, start, until, _ in row.detail.get("reimbursement", ()):
                for key in keys:
                    if key in self.groups and (key, start, until) not in seen:
                        seen.add((key, start, until))
                        yield self._reimbursement(self.groups[key], start, until)

    def _reimbursement(self, group: ReimbursementGroup, start: str, until: str | None) -> Reimbursement:
        return Reimbursement(
            group_id=group.key,
            paragraph=volven(7427, group.paragraph, group.paragraph_name),
            name=group.name,
            use=group.use,
            needs_code=group.needs_code,
            needs_decision=group.needs_decision,
            valid_from=date.fromisoformat(start),
            valid_until=_day(until),
            codes=tuple(self._reimbursement_code(code) for code in group.codes),
            conditions=self._conditions(group.conditions),
        )

    def _reimbursement_code(self, code: dict[str, Any]) -> ReimbursementCode:
        return ReimbursementCode(
            code=Code(value=code["code"], system=code["system"], display=code["name"]),
            subterm=code["subterm"],
            valid_from=date.fromisoformat(code["from"]),
            valid_until=_day(code["until"]),
            conditions=tuple(
                replace(condition, valid_from=_day(start), valid_until=_day(until))
                for key, start, until in code["terms"]
                for condition in self._conditions([key])
            ),
        )

    def _conditions(self, keys: Iterable[str]) -> tuple[Condition, ...]:
        return tuple(
            Condition(
                fest_id=key,
                number=row.number,
                group=row.group,
                applies_to=row.applies_to,
                text=row.text,
                structure=tuple(_structured(part) for part in row.structure),
                valid_from=row.valid_from,
                valid_until=row.valid_to,
            )
            for key in keys
            if (row := self.terms.get(key))
        )


def _structured(part: dict[str, Any]) -> StructuredCondition:
    """Years and counts stand as text in FEST, everything else as codes."""
    codes = part["codes"]
    return StructuredCondition(
        type=part["type"],
        values=(*part["texts"], *(code[0] for code in codes)),
        names=tuple(code[-1] or code[0] for code in codes),
    )


def _codes(list_number: int, pairs: Iterable[list[str]] | None) -> tuple[Code, ...]:
    return tuple(volven(list_number, value, shown) for value, shown in pairs or ())


def _validity(brands: list[Drug]) -> Validity:
    """From any brand: they are equal for all with one ATC."""
    rules: list[list[str]] = next(
        (brand.detail["validity"] for brand in brands if brand.detail.get("validity")), []
    )
    return Validity(rules=tuple((sex, duration) for sex, duration in rules))


def _brand(row: Drug) -> Brand:
    return Brand(
        fest_id=row.key,
        name=row.brand,
        excipients=tuple(row.detail.get("excipients", ())),
        expired_on=row.expired_on,
    )


def _whole_amount(info: list[dict[str, Any]]) -> Decimal:
    total = Decimal(0)
    for part in info:
        total += Decimal(part["amount"] or 0) * Decimal(part["count"] or 1) * Decimal(part["multiple"] or 1)
    return total


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _prices(found: Iterable[list[str | None]]) -> Iterable[Price]:
    """What is no amount is no price."""
    for kind, amount, start, until in found:
        try:
            said = Decimal(amount or "")
        except InvalidOperation:
            continue
        if said.is_finite() and said > 0:
            yield Price(type=kind or "", amount=said, valid_from=_day(start), valid_until=_day(until))
