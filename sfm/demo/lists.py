"""Fills a demo patient's list through the domain's own verbs, at the times the fixtures say."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from sfm.core import clock
from sfm.core.ids import PatientKey
from sfm.demo import products, registry
from sfm.fest.models import ShortDose as FestShortDose
from sfm.medication.actions import drafts, reactions, treatments
from sfm.medication.content import PrescriptionTerms, TreatmentContent
from sfm.medication.models import Delivery, MedicationList, Prescription, Review, RfStatus, Treatment
from sfm.medication.rules import quick
from sfm.medication.rules.dosage import Dosage, FreeTextDosage, ShortDose
from sfm.patients import vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sfm.core.actor import Actor
    from sfm.demo.fixtures import Entry, JournalFixture, PatientFixture
    from sfm.demo.products import Choice

USE = {"fast": "1", "kur": "2", "behov": "3"}
DAYS_OF_A_PRESCRIPTION = 365


def fill(patient: PatientFixture, journal: JournalFixture) -> PatientKey:
    """Register the patient and everything this journal knows of them. Inside the journal's scope."""
    key = vault.register(
        vault.PatientIdentity(
            family=patient.family,
            given=patient.given,
            pid=patient.pid or local_id(patient),
            born=patient.born,
            sex=patient.sex,
        )
    )
    first = registry.actor(_first_prescriber(patient, journal), journal)
    made = {entry["drug"]: _treatment(entry, key, journal, first) for entry in patient.treatments}
    _reactions(patient, key, first)
    for entry in patient.drafts:
        _draft(entry, key, made, registry.actor(entry["by"], journal))
    if patient.multidose:
        MedicationList.objects.filter(patient_key=key).update(
            multidose_physician=registry.actor(patient.multidose["responsible"], journal).name,
            multidose_pharmacy=patient.multidose["pharmacy"],
        )
    return key


def local_id(patient: PatientFixture) -> str:
    """The record system's own id of a person without number."""
    return f"xxx-{uuid5(NAMESPACE_URL, f'demo-epj/{patient.key}')}"


def _first_prescriber(patient: PatientFixture, journal: JournalFixture) -> str:
    written = [entry["rx"]["by"] for entry in patient.treatments if entry.get("rx")]
    return written[0] if written else {"gp_office": "berg", "municipality": "haug"}[journal.key]


@contextmanager
def days_ago(days: int) -> Iterator[None]:
    """Mid-morning, that many days ago."""
    instant = clock.local(clock.now()) - timedelta(days=days)
    with clock.frozen_at(instant.replace(hour=10, minute=15) if days else instant):
        yield


def _treatment(entry: Entry, key: PatientKey, journal: JournalFixture, first: Actor) -> Treatment:
    rx, today = entry.get("rx"), clock.today()
    author = registry.actor(rx["by"], journal) if rx else first
    choice = products.choose(entry["drug"])
    with days_ago(rx["days"] if rx else min(entry["since"], 30)):
        content = _content(entry, choice, today)
        row = treatments.create(content=content, by=author, patient=key)
        if not entry.get("unsent"):
            _settle(row, author, today)
    if entry.get("stopped"):
        _stop(row, entry["stopped"], author)
    return row


def _content(entry: Entry, choice: Choice, today: date) -> TreatmentContent:
    is_course = "ends" in entry
    return TreatmentContent(
        product=choice.product,
        use_type=USE[entry["use"]],
        indication_text=entry["for"],
        dosage=dosage(entry["dose"], choice.product.dose_unit),
        starts_on=today - timedelta(days=entry.get("since", 0)),
        discontinue_on=today + timedelta(days=entry["ends"]) if is_course else None,
        in_multidose=entry.get("multidose", False),
        prescription=terms(entry["rx"], choice) if entry.get("rx") else None,
    )


def dosage(text: str, unit: str) -> Dosage:
    """«kort 195» is a code of 7478; a quick entry is structured; anything else is free text."""
    code = re.fullmatch(r"kort (\d+)", text)
    if code:
        template = FestShortDose.objects.get(code=code.group(1)).text
        return Dosage(unit=unit, instruction=ShortDose(code=code.group(1), template=template))
    return quick.parse(text, unit) or Dosage(unit=unit, instruction=FreeTextDosage(text=text))


def terms(rx: Entry, choice: Choice) -> PrescriptionTerms:
    """The prescription's terms, seen from the day it was written."""
    is_package, packs = bool(choice.product.varenr), Decimal(rx["packs"])
    return PrescriptionTerms(
        expires_on=clock.today() + timedelta(days=rx.get("valid", DAYS_OF_A_PRESCRIPTION) - 1),
        package_count=packs if is_package else None,
        varenr=choice.product.varenr,
        quantity=None if is_package else packs * choice.size,
        quantity_unit="" if is_package else choice.unit,
        refills=rx["refills"],
    )


def _settle(row: Treatment, author: Actor, today: date) -> None:
    """As it stands `today`, long after it was signed and RF took it."""
    Treatment.objects.filter(pk=row.pk).update(
        unsent_base=None, unsent_verb="", unsent_by=None, review=Review.CONFIRMED
    )
    draft = Prescription.objects.filter(treatment_id=row.pk, delivery=Delivery.DRAFT).first()
    if draft is None:
        return
    expired = draft.expires_on < today
    draft.signed_at = clock.now()
    draft.delivery, draft.rf_status_at = Delivery.ACCEPTED, clock.now()
    draft.rf_status = RfStatus.EXPIRED if expired else RfStatus.DISPENSABLE
    draft.prescriber_id, draft.prescriber_hpr, draft.prescriber_name = (
        author.practitioner_id,
        author.hpr,
        author.name,
    )
    draft.prescriber_organisation = author.organisation_name
    draft.save()


def _stop(row: Treatment, stopped: Entry, author: Actor) -> None:
    Treatment.objects.filter(pk=row.pk).update(
        lifecycle="discontinued",
        discontinued_at=clock.now() - timedelta(days=stopped["days"]),
        discontinuation_reason=stopped["reason"],
        last_changed_by=author.name,
    )


def _reactions(patient: PatientFixture, key: PatientKey, author: Actor) -> None:
    for entry in patient.reactions:
        reactions.register(
            agent_kind="atc",
            agent_code=entry["atc"],
            agent_text=entry["to"],
            reaction=entry["what"],
            certainty=entry["sure"],
            discovered_on=clock.today() - timedelta(days=entry["since"]),
            by=author,
            patient=key,
        )
    if patient.none_known is not None:
        with days_ago(patient.none_known):
            reactions.none_known(by=author, patient=key)


def _draft(entry: Entry, key: PatientKey, made: dict[str, Treatment], author: Actor) -> None:
    kind, proposed = entry["kind"], entry.get("treatment")
    content = None
    if proposed:
        choice = products.choose(proposed["drug"])
        rx = {"packs": proposed["packs"], "refills": 0, "valid": 10}
        content = _content(proposed | {"rx": rx}, choice, clock.today())
    drafts.submit(
        kind=kind,
        by=author,
        patient=key,
        content=content,
        arguments={"reason": entry["reason"]} if "reason" in entry else None,
        treatment_id=None if proposed else made[entry["drug"]].pk,
        comment=entry["comment"],
    )
