"""sfm-MedicationStatement and sfm-BandaPrescription: a treatment with its chain of prescriptions (fhir.md 6.1, 6.6)."""

from __future__ import annotations

from copy import copy
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.fhir.basis import names
from sfm.fhir.basis.build import amendment, dispenses, people, products
from sfm.fhir.basis.build.parts import coded, extension, moment, part, reference, url_of
from sfm.fhir.data_sharing import naming
from sfm.medication import content_rows
from sfm.medication.models import Delivery, Lifecycle, UseType
from sfm.medication.rules import product_kinds
from sfm.medication.rules.dosage import ShortDose
from sfm.medication.rules.reasons import DISCONTINUATION as REASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfm.fhir.basis.build.parts import Entries, Part, Resource
    from sfm.medication.content import TreatmentContent
    from sfm.medication.models import Prescription, Treatment

NEVER_REAL = (Delivery.DRAFT, Delivery.REJECTED, Delivery.WITHDRAWN, Delivery.RESIGN)
LONGEST_CHAIN = 10  # links shown behind the head
APPROVED = ("3", "Godkjent")
PRESCRIBED_BY, DISCONTINUED_BY = ("1", "Forskrevet av"), ("3", "Seponert av")


def put(
    entries: Entries, row: Treatment, prescriptions: Sequence[Prescription], patient: Part
) -> tuple[str, Part]:
    """(section, reference) of the head; the older links are among the entries and in no section, as in real answers.

    `prescriptions` newest first.
    """
    chain = [one for one in prescriptions if one.delivery not in NEVER_REAL]
    head = next((one for one in chain if one.is_active), chain[0] if chain else None)
    if product_kinds.is_ware(row.product_kind):
        return names.OTHERS, _ware(entries, row, head, patient)
    older = [one for one in chain if one is not head][:LONGEST_CHAIN]
    shown = {str(one.pk) for one in older}
    url = url_of("statement", head.pk if head else row.pk)
    made = _statement(entries, row, head, patient)
    if head and str(head.previous_id) in shown:
        made["basedOn"] = [_link(head.previous_id, row)]
    entries.put("statement", head.pk if head else row.pk, made)
    for one in older:
        _older(entries, row, one, patient, url, shown)
    return names.MEDICATIONS, reference(url, "MedicationStatement", row.name_form_strength)


def as_sent(row: Treatment) -> Treatment:
    """The row as the world knows it: unsent work of the portals is nobody else's business."""
    if not row.unsent_verb:
        return row
    made = copy(row)
    content_rows.restore(made, row.unsent_base or {})
    return made


def _link(prescription_id: object, row: Treatment) -> Part:
    return reference(url_of("statement", prescription_id), "MedicationStatement", row.name_form_strength)


def _older(
    entries: Entries, row: Treatment, link: Prescription, patient: Part, head: str, shown: set[str]
) -> None:
    made = _statement(entries, row, link, patient, is_head=False)
    made["partOf"] = [reference(head, "MedicationStatement", row.name_form_strength)]
    if str(link.previous_id) in shown:
        made["basedOn"] = [_link(link.previous_id, row)]
    entries.put("statement", link.pk, made)


def _statement(
    entries: Entries, row: Treatment, link: Prescription | None, patient: Part, *, is_head: bool = True
) -> Resource:
    content = content_rows.content_of(row, link)
    made: Resource = {
        "resourceType": "MedicationStatement",
        "meta": {
            "versionId": str(row.version),
            "lastUpdated": moment(row.last_changed),
            "profile": [names.STATEMENT],
        },
        "extension": [
            amendment.of(row, content, link),
            *_registered(entries, row, link, is_head),
            *_substitution(link),
            *_discontinued(row, is_head),
            *_delivered(link),
        ],
        "identifier": _identifiers(row, link, is_head),
        "status": _status(row) if is_head else "completed",
        "medicationReference": products.put(entries, content),
        "subject": patient,
    }
    if row.starts_on:
        made["effectiveDateTime"] = row.starts_on.isoformat()
    return made | {"dosage": [_dosage(row, content)]}


def _status(row: Treatment) -> str:
    ended = row.discontinued_at is not None and row.discontinued_at <= clock.now()
    if ended or row.lifecycle == Lifecycle.DISCONTINUED:
        return "stopped"
    return "on-hold" if row.lifecycle == Lifecycle.SUSPENDED else "active"


def _identifiers(row: Treatment, link: Prescription | None, is_head: bool) -> list[Part]:
    """PLL and treatment stand on the head alone: it is the one that counts."""
    found = {
        "PLL": str(row.lib_id) if "PLL" in row.sources and is_head else "",
        "ReseptId": str(link.pk) if link else "",
        "treatmentId": str(row.pk) if is_head else "",
    }
    return [
        {"use": "usual", "type": {"text": name}, "value": value} for name, value in found.items() if value
    ]


def _registered(entries: Entries, row: Treatment, link: Prescription | None, is_head: bool) -> list[Part]:
    if link is None:
        who = people.put_practitioner(entries, hpr="", name=row.registered_by)
        found = [_registration(PRESCRIBED_BY, who, row.created)]
    else:
        who = people.put_practitioner(entries, hpr=link.prescriber_hpr, name=link.prescriber_name)
        at = link.signed_at or datetime.combine(link.prescribed_on, time.min, tzinfo=clock.OSLO)
        found = [_registration(PRESCRIBED_BY, who, at)]
    if is_head and row.discontinued_at is not None:
        ended = people.put_practitioner(entries, hpr="", name=row.last_changed_by)
        found.append(_registration(DISCONTINUED_BY, ended, row.last_changed))
    return found


def _registration(role: tuple[str, str], who: Part, at: datetime) -> Part:
    return extension(
        names.REGISTERED,
        part("status", "CodeableConcept", naming.coded(names.REGISTRATION_STATUS, *APPROVED)),
        part("type", "CodeableConcept", naming.coded(names.PERFORMER_ROLES, *role)),
        part("provider", "Reference", who),
        part("timestamp", "DateTime", moment(at)),
    )


def _substitution(link: Prescription | None) -> list[Part]:
    if link is None:
        return []
    accepted = part("genericSubstitutionAccepted", "Boolean", not link.no_substitution)
    return [extension(names.SUBSTITUTION, accepted)]


def _discontinued(row: Treatment, is_head: bool) -> list[Part]:
    if row.discontinued_at is None or not is_head:
        return []
    reason = row.discontinuation_reason or ("" if row.discontinuation_note else "A")
    return [
        extension(
            names.DISCONTINUATION,
            part("timedate", "DateTime", moment(row.discontinued_at)),
            part(
                "reason", "CodeableConcept", coded(7494, reason, REASONS.get(reason, "")) if reason else None
            ),
            part("note", "String", row.discontinuation_note),
        )
    ]


def _delivered(link: Prescription | None) -> list[Part]:
    """One summary per prescription: what was handed out in all, and last."""
    given = sorted(link.dispensed, key=lambda one: str(one.get("at", ""))) if link else []
    if not given:
        return []
    counts = [dispenses.packages(str(one.get("amount", ""))) for one in given]
    return [
        extension(
            names.DELIVERY,
            part("varenavn", "String", str(given[-1].get("name") or "Ukjent vare")),
            part("antallpkntotalt", "Decimal", sum(counts, Decimal(0))),
            part("antallpknsiste", "Decimal", counts[-1]),
            part("sistutlevert", "DateTime", moment(datetime.fromisoformat(str(given[-1]["at"])))),
        )
    ]


def _dosage(row: Treatment, content: TreatmentContent) -> Part:
    instruction = content.dosage.instruction
    short = isinstance(instruction, ShortDose) and bool(row.short_dose)
    extensions = [
        part(names.SHORT_DOSE, "CodeableConcept", coded(7478, row.short_dose, row.dosage_text))
        if short
        else None,
        part(names.USE, "CodeableConcept", coded(9101, row.use_type, str(UseType(row.use_type).label))),
        extension(names.AREA, part("text", "String", row.indication_text)) if row.indication_text else None,
    ]
    return {
        "extension": [one for one in extensions if one],
        "sequence": 1,
        "text": row.dosage_text or "Dosering ikke oppgitt",
    }


def _ware(entries: Entries, row: Treatment, head: Prescription | None, patient: Part) -> Part:
    """Næringsmidler and forbruksmateriell; `fest_id` of a ware is its product group (7403)."""
    content = content_rows.content_of(row, head)
    name = head.prescriber_name if head else row.registered_by
    writer = people.put_practitioner(entries, hpr=head.prescriber_hpr if head else "", name=name)
    group = part("productgroup", "CodeableConcept", coded(7403, row.fest_id, row.name_form_strength))
    made: Resource = {
        "resourceType": "Basic",
        "meta": {
            "versionId": str(row.version),
            "lastUpdated": moment(row.last_changed),
            "profile": [names.BANDA],
        },
        "extension": [extension(names.WARE, group), amendment.of(row, content, head)],
        "identifier": [
            {"use": "official", "type": {"text": "reseptId"}, "value": str(head.pk if head else row.pk)}
        ],
        "code": coded(7402, "A", "Annet"),
        "subject": patient,
        "author": people.put_role(entries, code="R", said="Rekvirent", practitioner=writer),
    }
    url = entries.put("ware", head.pk if head else row.pk, made)
    return reference(url, "Basic", "sfm-BandaPrescription")
