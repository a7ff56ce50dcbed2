"""The prescription's own fields: package or amount, refills, validity, reimbursement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portals.treatment.forms import particulars
from portals.treatment.forms.reading import amount_text, day_text
from sfm.core import clock
from sfm.medication.content import PrescriptionTerms
from sfm.medication.rules import product_kinds

if TYPE_CHECKING:
    from datetime import date

    from portals.treatment.forms.offer import Offer
    from portals.treatment.forms.reading import Reading

WITHOUT = "U"
TYPES = {"E": "E-resept", "P": "Papirresept", WITHOUT: "Uten resept"}  # 7491
FIELDS = (
    "rx_type", "amount_by", "package_count", "quantity", "quantity_unit", "refills", "expires_on", "valid_from",
    "reimbursement", "no_substitution", "note_to_pharmacy",
)  # fmt: skip


def read(reading: Reading, offer: Offer) -> PrescriptionTerms | None:
    """None for «uten resept»."""
    kind = reading.text("rx_type") or WITHOUT
    if kind not in TYPES:
        reading.problems["prescription"] = "Velg e-resept, papirresept eller uten resept."
    if kind not in TYPES or kind == WITHOUT:
        return None
    if offer.is_ware:
        return _of_ware(reading, offer, kind)
    basis, code, system = _reimbursement(reading)
    return PrescriptionTerms(
        type=kind,
        expires_on=_expiry(reading),
        valid_from=reading.day("valid_from"),
        refills=reading.whole("refills") or 0,
        legal_basis=basis,
        reimbursement_code=code,
        reimbursement_system=system,
        no_substitution=reading.checked("no_substitution") and bool(offer.product.varenr),
        note_to_pharmacy=reading.text("note_to_pharmacy"),
        particulars=particulars.read(reading),
        **_amount(reading, offer),
    )


def _of_ware(reading: Reading, offer: Offer, kind: str) -> PrescriptionTerms:
    """A handelsvare has no refills and no amount of its own; its paragraph follows from its group."""
    return PrescriptionTerms(
        type=kind,
        expires_on=_expiry(reading),
        valid_from=reading.day("valid_from"),
        package_count=reading.amount("package_count"),
        legal_basis=product_kinds.legal_basis(offer.product.fest_id),
        note_to_pharmacy=reading.text("note_to_pharmacy"),
        particulars=particulars.read(reading),
    )


def fields(terms: PrescriptionTerms | None) -> dict[str, str]:
    if terms is None:
        return {"rx_type": WITHOUT, "amount_by": "quantity", "refills": "0"}
    return {
        "rx_type": terms.type,
        "amount_by": "packages" if terms.package_count is not None else "quantity",
        "package_count": amount_text(terms.package_count),
        "quantity": amount_text(terms.quantity),
        "quantity_unit": terms.quantity_unit,
        "refills": str(terms.refills),
        "expires_on": day_text(terms.expires_on),
        "valid_from": day_text(terms.valid_from),
        "reimbursement": reimbursement_value(terms),
        "no_substitution": "1" if terms.no_substitution else "",
        "note_to_pharmacy": terms.note_to_pharmacy,
    }


def reimbursement_value(terms: PrescriptionTerms) -> str:
    if not terms.legal_basis:
        return ""
    return f"{terms.legal_basis}|{terms.reimbursement_code}|{terms.reimbursement_system}"


def _amount(reading: Reading, offer: Offer) -> dict[str, Any]:
    """Packages or quantity, as the person chose; the other field is only kept on the screen."""
    if reading.text("amount_by") == "packages":
        return {"package_count": reading.amount("package_count"), "varenr": offer.product.varenr}
    return {
        "quantity": reading.amount("quantity"),
        "quantity_unit": reading.text("quantity_unit"),
        "varenr": offer.product.varenr,
    }


def _expiry(reading: Reading) -> date:
    found = reading.day("expires_on")
    if found is None:
        reading.problems.setdefault("expires_on", "Skriv når resepten utløper.")
    return found or clock.today()


def _reimbursement(reading: Reading) -> tuple[str, str, str]:
    parts = reading.text("reimbursement").split("|")
    basis, code, system = (*parts, "", "", "")[:3]
    return basis, code, system
