"""sfm-MedicationStatement and sfm-BandaPrescription: a treatment with its chain of prescriptions (fhir.md 6.1, 6.6)."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.fhir.basis import names
from sfm.fhir.basis.build import amendment, people, products, statement_facts
from sfm.fhir.basis.build.parts import coded, extension, moment, part, reference, url_of
from sfm.medication import content_rows
from sfm.medication.models import Lifecycle, UseType
from sfm.medication.rules import product_kinds
from sfm.medication.rules.dosage import ShortDose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfm.fhir.basis.build.parts import Entries, Part, Resource
    from sfm.fhir.basis.build.statement_facts import Named
    from sfm.medication.content import TreatmentContent
    from sfm.medication.models import Prescription, Treatment

LONGEST_CHAIN = 10  # links shown behind the head


def put(
    entries: Entries, row: Treatment, prescriptions: Sequence[Prescription], patient: Part
) -> tuple[str, Part]:
    """(section, reference) of the head; the older links are among the entries and in no section, as in real answers.

    `prescriptions` newest first.
    """
    chain = statement_facts.real(prescriptions)
    head = statement_facts.head(chain)
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
        "extension": statement_facts.of(row, content, link, _named_in(entries), is_head=is_head),
        "identifier": _identifiers(row, link, is_head),
        "status": _status(row) if is_head else "completed",
        "medicationReference": products.put(entries, content),
        "subject": patient,
    }
    if row.starts_on:
        made["effectiveDateTime"] = row.starts_on.isoformat()
    return made | {"dosage": [_dosage(row, content)]}


def _named_in(entries: Entries) -> Named:
    return lambda hpr, name: people.put_practitioner(entries, hpr=hpr, name=name)


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
