"""Between a TreatmentContent and the rows that hold it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField

from sfm.core import clock
from sfm.medication import particulars
from sfm.medication.content import PrescriptionTerms, Product, TreatmentContent
from sfm.medication.models import Prescription, Treatment
from sfm.medication.rules import dosage_data, dosage_text, product_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

PRODUCT_COLUMNS = (
    "fest_id", "fest_version", "varenr", "name_form_strength", "substance", "strength", "form", "form_code",
    "brand", "atc", "atc_name", "dispensing_group", "dose_unit",
)  # fmt: skip
TERM_COLUMNS = (
    "type", "expires_on", "package_count", "varenr", "quantity", "quantity_unit", "refills", "valid_from",
    "legal_basis", "reimbursement_code", "reimbursement_system", "no_substitution", "note_to_pharmacy",
)  # fmt: skip
# What a row can be put back to: everything a person of this journal can change
KEPT = (
    "product_kind", *PRODUCT_COLUMNS, "substance_ids", "recipe", "shelf", "use_type", "indication_text",
    "dosage_kind", "short_dose", "dosage", "dosage_text", "starts_on", "dosage_ends_on", "discontinued_at",
    "discontinuation_reason", "discontinuation_note", "review_date", "suspended_from", "suspended_to",
    "suspension_note",
    "in_multidose", "lifecycle", "deletion_reason", "review", "review_note", "difference",
    "last_changed", "last_changed_by",
)  # fmt: skip
# What the world outside can see of a row: a change of anything else needs no new prescription
SIGNED = (
    "product_kind", *PRODUCT_COLUMNS, "recipe", "use_type", "indication_text", "dosage_text", "dosage_ends_on",
)  # fmt: skip
EFFECT = ("substance", "strength", "form_code", "dosage_text", "starts_on", "dosage_ends_on")  # MedEndring


def fill(treatment: Treatment, content: TreatmentContent) -> None:
    """Write the content into the row (not saved)."""
    treatment.product_kind = content.product.kind
    for column in PRODUCT_COLUMNS:
        setattr(treatment, column, getattr(content.product, column))
    treatment.substance_ids = list(content.product.substance_ids)
    treatment.recipe = particulars.recipe_data(content.product.recipe)
    treatment.shelf = shelf_of(content)
    treatment.use_type = content.use_type
    treatment.indication_text = content.indication_text.strip()
    treatment.dosage = dosage_data.to_data(content.dosage)
    treatment.dosage_kind = dosage_data.kind(content.dosage)
    treatment.short_dose = str(treatment.dosage.get("code", "")) if treatment.dosage_kind == "short" else ""
    treatment.dosage_text = dosage_text.text(content.dosage)
    treatment.starts_on = content.starts_on
    treatment.dosage_ends_on = content.dosage_ends_on
    treatment.discontinued_at = midnight(content.discontinue_on) if content.discontinue_on else None
    treatment.review_date = content.review_date
    treatment.in_multidose = content.in_multidose


def shelf_of(content: TreatmentContent) -> str:
    terms = content.prescription
    own = terms is not None and (terms.particulars.own_practice or terms.particulars.own_name)
    return product_kinds.shelf(content.product.kind, content.use_type, own_practice=own)


def product_of(treatment: Treatment) -> Product:
    return Product(
        kind=treatment.product_kind,
        substance_ids=tuple(treatment.substance_ids),
        recipe=particulars.recipe(treatment.recipe),
        **{column: getattr(treatment, column) for column in PRODUCT_COLUMNS},
    )


def content_of(treatment: Treatment, prescription: Prescription | None) -> TreatmentContent:
    stop = treatment.discontinued_at
    return TreatmentContent(
        product=product_of(treatment),
        use_type=treatment.use_type,
        indication_text=treatment.indication_text,
        dosage=dosage_data.from_data(treatment.dosage),
        starts_on=treatment.starts_on,
        dosage_ends_on=treatment.dosage_ends_on,
        discontinue_on=clock.local(stop).date() if stop else None,
        review_date=treatment.review_date,
        in_multidose=treatment.in_multidose,
        prescription=terms_of(prescription) if prescription else None,
    )


def terms_of(prescription: Prescription) -> PrescriptionTerms:
    said = {column: getattr(prescription, column) for column in TERM_COLUMNS}
    return PrescriptionTerms(**said, particulars=particulars.from_data(prescription.particulars))


def fill_terms(prescription: Prescription, terms: PrescriptionTerms) -> None:
    for column in TERM_COLUMNS:
        setattr(prescription, column, getattr(terms, column))
    prescription.particulars = particulars.to_data(terms.particulars) or None
    prescription.locked = terms.particulars.locked


def snapshot(treatment: Treatment, columns: tuple[str, ...] = KEPT) -> dict[str, Any]:
    return {column: _plain(getattr(treatment, column)) for column in columns}


def restore(treatment: Treatment, kept: Mapping[str, Any]) -> None:
    for column in KEPT:
        if column in kept:
            setattr(treatment, column, _typed(column, kept[column]))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs, both sides."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def midnight(day: date) -> datetime:
    """The first instant of a Norwegian day."""
    return datetime.combine(day, time.min, tzinfo=clock.OSLO).astimezone(UTC)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(column: str, value: Any) -> Any:
    field = Treatment._meta.get_field(column)
    return (
        value if value is None or isinstance(field, ArrayField) else _parsed(field.get_internal_type(), value)
    )


def _parsed(kind: str, value: Any) -> Any:
    if kind == "DateField":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if kind == "DateTimeField" else value
