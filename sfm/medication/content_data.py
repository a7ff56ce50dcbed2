"""TreatmentContent as JSON and back: drafts, signed copies, conflicts."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sfm.medication import particulars
from sfm.medication.content import PrescriptionTerms, Product, TreatmentContent
from sfm.medication.rules import dosage_data

Data = dict[str, Any]
DATES = ("starts_on", "dosage_ends_on", "discontinue_on", "review_date")


def to_data(content: TreatmentContent) -> Data:
    data: Data = {
        "product": product_data(content.product),
        "use_type": content.use_type,
        "indication_text": content.indication_text,
        "dosage": dosage_data.to_data(content.dosage),
        "in_multidose": content.in_multidose,
        "prescription": terms_data(content.prescription) if content.prescription else None,
    }
    for name in DATES:
        value = getattr(content, name)
        data[name] = value.isoformat() if value else None
    return data


def from_data(data: Data) -> TreatmentContent:
    """Raises KeyError or ValueError on data this module did not write."""
    return TreatmentContent(
        product=product(data["product"]),
        use_type=data["use_type"],
        indication_text=data["indication_text"],
        dosage=dosage_data.from_data(data["dosage"]),
        in_multidose=data.get("in_multidose", False),
        prescription=terms(data["prescription"]) if data.get("prescription") else None,
        **{name: _date(data.get(name)) for name in DATES},
    )


def product_data(product: Product) -> Data:
    kept = {**asdict(product), "substance_ids": list(product.substance_ids)}
    kept["recipe"] = particulars.recipe_data(product.recipe)
    return kept


def product(data: Data) -> Product:
    known = {field.name for field in fields(Product)}
    values = {name: value for name, value in data.items() if name in known}
    values["recipe"] = particulars.recipe(values.get("recipe"))
    return Product(**{**values, "substance_ids": tuple(values.get("substance_ids", ()))})


def terms_data(terms: PrescriptionTerms) -> Data:
    kept = {name: _plain(value) for name, value in asdict(terms).items()}
    return kept | {"particulars": particulars.to_data(terms.particulars)}


def terms(data: Data) -> PrescriptionTerms:
    return PrescriptionTerms(
        **{
            **data,
            "expires_on": date.fromisoformat(data["expires_on"]),
            "valid_from": _date(data.get("valid_from")),
            "package_count": _decimal(data.get("package_count")),
            "quantity": _decimal(data.get("quantity")),
            "particulars": particulars.from_data(data.get("particulars")),
        }
    )


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
