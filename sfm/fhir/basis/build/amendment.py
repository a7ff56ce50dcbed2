"""sfm-reseptamendment: what a prescription says, and what became of it (fhir.md 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.exchange.translate import catalogue, prescription
from sfm.exchange.translate import dosage as doses
from sfm.fhir.basis import names
from sfm.fhir.basis.build.parts import coded, day, extension, moment, part, quantity
from sfm.medication.models import RfStatus
from sfm.medication.rules import product_kinds

if TYPE_CHECKING:
    from datetime import date

    from sfm.fhir.basis.build.parts import Part
    from sfm.medication.content import PrescriptionTerms, TreatmentContent
    from sfm.medication.models import Prescription, Treatment
    from sfm.wire import dosing

TYPES = {"E": "Eresept", "P": "Papirresept", "U": "Uten resept"}
RECALLS = {
    "1": "Fornying",
    "2": "Seponering",
    "3": "Fornying med endring",
    "4": "Annen",
    "5": "Administrativ sletting",
}


def of(row: Treatment, content: TreatmentContent, link: Prescription | None) -> Part:
    """The amendment of one statement; without `link` that of a treatment nobody has prescribed."""
    ware = product_kinds.is_ware(content.product.kind)
    group = ("A", "Annet") if ware else ("L", "Legemiddel")
    head = (
        part("festUpdate", "DateTime", moment(catalogue.updated_at())),
        part("dssn", "String", row.dosage_text),
        part("itemgroup", "CodeableConcept", coded(7402, *group)),
        *_doses(content, link),
        part("lastchanged", "DateTime", moment(row.last_changed)),
    )
    if link is None or content.prescription is None:
        kind = part("typeresept", "CodeableConcept", coded(7491, "U", TYPES["U"]))
        return extension(names.AMENDMENT, *head, kind)
    return extension(names.AMENDMENT, *head, *_prescribed(link, content.prescription), *_fate(link))


def _prescribed(link: Prescription, terms: PrescriptionTerms) -> list[Part | None]:
    special = terms.particulars
    system = terms.reimbursement_system.rpartition(".")[2]
    reason = coded(int(system), terms.reimbursement_code) if system.isdigit() else None
    basis = prescription.LEGAL_BASES.get(terms.legal_basis) or _paragraph(terms.legal_basis)
    return [
        part("reseptdate", "Date", day(link.prescribed_on)),
        part("expirationdate", "Date", day(terms.expires_on)),
        part("earliestdispence", "DateTime", day(terms.valid_from)),
        part("guardiantransparencyreservation", "Boolean", special.guardian_reservation),
        part("ownpractice", "Boolean", special.own_practice or None),
        part("indoctorsname", "Boolean", special.own_name),
        part("lockedresept", "Boolean", link.locked or special.locked),
        part("refnum", "String", link.reference_number),
        part("numberofpackages", "Decimal", terms.package_count),
        part("amount", "Quantity", _amount(terms)),
        part("reit", "String", str(terms.refills)),
        part("reimbursementcode", "CodeableConcept", reason if terms.reimbursement_code else None),
        part(
            "reimbursementparagraph",
            "CodeableConcept",
            coded(7427, terms.legal_basis, basis) if terms.legal_basis else None,
        ),
        part("note", "String", terms.note_to_pharmacy),
        part("typeresept", "CodeableConcept", coded(7491, link.type, TYPES.get(link.type, ""))),
    ]


def _paragraph(code: str) -> str:
    """505 is §5-14 §5.5: the paragraphs of wares carry their number."""
    return f"§5-14 §{code[0]}.{int(code[1:])}" if code[:1] in ("5", "6") and code.isdigit() else ""


def _amount(terms: PrescriptionTerms) -> Part | None:
    if terms.quantity is None:
        return None
    name = prescription.QUANTITY_NAMES.get(terms.quantity_unit, terms.quantity_unit)
    return quantity(terms.quantity, name) | {"code": terms.quantity_unit}


def _fate(link: Prescription) -> list[Part | None]:
    return [_recall(link), _status(link)]


def _status(link: Prescription) -> Part | None:
    if not link.rf_status or link.rf_missing_since:
        return None
    said = coded(7408, link.rf_status, str(RfStatus(link.rf_status).label))
    return extension("rfstatus", part("status", "CodeableConcept", said))


def _recall(link: Prescription) -> Part | None:
    if link.rf_status != "T" and link.recalled_at is None:
        return None
    reason = link.recall_reason or "4"
    said = f"Årsak: {RECALLS.get(reason, 'Annen')}" + (
        f" Merknad: {link.recall_note}" if link.recall_note else ""
    )
    return extension(
        "recallinfo",
        part("recallId", "String", str(link.recall_id) if link.recall_id else None),
        part("recallcode", "CodeableConcept", coded(7500, reason, RECALLS.get(reason, "Annen"))),
        part("text", "String", said),
        part("performed", "DateTime", moment(link.recalled_at) if link.recalled_at else None),
    )


def _doses(content: TreatmentContent, link: Prescription | None) -> list[Part]:
    starts: date | None = content.starts_on or (link.prescribed_on if link else None)
    if starts is None or content.dosage is None:
        return []
    return [_period(period) for period in doses.to_wire(content.dosage, starts_on=starts)]


def _period(period: dosing.DosagePeriod) -> Part:
    return extension(
        "ereseptdosing",
        part("starttime", "Date", day(period.starts.day if period.starts else None)),
        part("endtime", "Date", day(period.ends.day if period.ends else None)),
        *(_dose(dose) for dose in period.fixed),
    )


def _dose(dose: dosing.FixedDose) -> Part:
    when, pattern = dose.time_of_day, dose.pattern
    interval = dose.interval
    return extension(
        "repeatingdosage",
        part("amount", "Quantity", quantity(dose.quantity.value, dose.quantity.unit or "")),
        part("interval", "Quantity", quantity(interval.value, interval.unit or "") if interval else None),
        part("accurate", "Boolean", dose.exact),
        part("time", "Time", dose.clock_time.isoformat() if dose.clock_time else None),
        part(
            "timerange", "CodeableConcept", coded(8325, when.code or "", when.display or "") if when else None
        ),
        _pattern(pattern) if pattern else None,
    )


def _pattern(pattern: dosing.WeekPattern) -> Part:
    return extension(
        "dosingsequence",
        *(
            part("weekdays", "CodeableConcept", coded(9082, d.code or "", d.display or ""))
            for d in pattern.weekdays
        ),
        part("dayson", "Integer", pattern.days_on),
        part("daysoff", "Integer", pattern.days_off),
    )
