"""The content of the signing transaction: frozen prescriptions, exact bytes, audit, and the promise to the workers."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.conf import settings

from sfm.core import clock
from sfm.exchange import envelopes, journal_texts, questions, queueing, reference_numbers
from sfm.exchange.models import Message
from sfm.exchange.translate import (
    catalogue,
    foreign,
    list_extension,
    particulars,
    parties,
    prescription,
    reimbursement,
    shared_list,
)
from sfm.medication import content_data
from sfm.medication.actions import ledger, lists, merge_log
from sfm.medication.models import (
    CriticalReaction,
    Delivery,
    ListVersion,
    MedicationReview,
    Prescription,
    Review,
    TreatmentEvent,
)
from sfm.medication.queries import chains
from sfm.medication.rules import product_kinds
from sfm.medication.rules.reaction_words import REACTIONS
from sfm.wire import m1, m5, m251_extension, messages
from sfm.wire.values import cv

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfm.core.actor import Actor
    from sfm.exchange.envelopes import Author
    from sfm.exchange.pending import NewPrescription, Pending, Recall
    from sfm.medication.content import PrescriptionTerms
    from sfm.medication.models import Treatment
    from sfm.medication.particulars import Particulars
    from sfm.wire import m251
    from sfm.wire.msghead import Document
    from sfm.wire.parties import Patient

RECALL_REASONS = {"1": "Fornying", "2": "Seponering", "3": "Fornying med endring", "4": "Annen"}
KEPT_CLAIMS = ("iss", "sub", "sid", "jti", "iat", "exp", "client_id", "name", "cnf")
TITLES = {"LE": "Lege", "TL": "Tannlege", "JO": "Jordmor", "SP": "Sykepleier"}
OWED_TASK = 4
UNDELIVERED_TASK = 107  # handled when what was refused is signed again, or given up
UNSEEN = (Review.UNSEEN_NEW, Review.UNSEEN_CHANGED)
ONE_SENDING = ("_acts", "_linked")  # what a signing settles for good
PAPER = "P"  # 7491: printed and signed by hand, unknown to RF


def title(by: Actor) -> str:
    return TITLES.get(by.personnel_category, by.personnel_category)


def commit(
    found: Pending,
    *,
    intent_id: UUID,
    by: Actor,
    claims: dict[str, Any],
    token: str,
    others: tuple[m251.Role, ...] = (),
) -> None:
    """Inside the caller's transaction, under the lock of the list. `others`: who has a part in the list beside the
    signer."""
    sending = _Sending(found, intent_id=intent_id, by=by, claims=claims, token=token)
    written = {new.prescription.pk: sending.prescribe(new) for new in found.prescriptions}
    medications = {pk: medication for pk, medication in written.items() if medication}
    for recall in found.recalls:
        sending.recall(recall)
    if found.sends_list:
        sending.send_list(medications, others)
    sending.close()


class _Sending:
    def __init__(
        self, found: Pending, *, intent_id: UUID, by: Actor, claims: dict[str, Any], token: str
    ) -> None:
        self.found, self.intent_id, self.by, self.token = found, intent_id, by, token
        self.claims = {
            name: value for name, value in claims.items() if name in KEPT_CLAIMS or "security_level" in name
        }
        self.author: Author = envelopes.author(by)
        self.patient: Patient = parties.patient(found.person)
        self.patient_key = found.head.patient_key
        self.shared_number = ""
        self.held_until = clock.now() + timedelta(seconds=settings.SEND_HOLD) if settings.SEND_HOLD else None

    def prescribe(self, new: NewPrescription) -> bytes:
        """Freeze the prescription and build its M1. Returns the ReseptDokLegemiddel the list repeats, if it has one."""
        row, terms = new.prescription, new.content.prescription
        if terms is None:
            raise ValueError("a prescription without terms")
        row.locked = row.type != PAPER and self.found.is_locked(new)
        row.reference_number = self._number(terms.particulars) if row.locked else ""
        raw = b"" if row.type == PAPER else self._first_message(new, terms)
        row.prescribed_on = clock.today()
        row.content = content_data.to_data(new.content)
        row.signed_at, row.errors = clock.now(), []
        row.delivery = Delivery.ACCEPTED if row.type == PAPER else Delivery.QUEUED
        row.prescriber_id, row.prescriber_hpr = self.by.practitioner_id, self.by.hpr
        row.prescriber_name, row.prescriber_organisation = self.by.name, self.by.organisation_name
        row.save()
        ware = product_kinds.is_ware(new.content.product.kind)
        return b"" if ware or not raw else m1.medication_bytes(raw)

    def _first_message(self, new: NewPrescription, terms: PrescriptionTerms) -> bytes:
        row, said = new.prescription, terms.particulars
        body = prescription.to_m1(
            new.content,
            terms,
            prescribed_on=clock.today(),
            catalogue_updated_at=catalogue.updated_at(),
            package=catalogue.package_of(new.content, terms),
            reference_number=row.reference_number or "",
            speciality=parties.speciality(self.author.practitioner),
        )
        body = replace(body, foreign_patient=foreign.of(self.found.person))
        body = reimbursement.completed(body, new.content, terms, patient_key=self.patient_key)
        own = said.own_practice or said.own_name
        return self._message(
            "ERM1",
            body,
            msg_id=row.pk,
            subject=row.pk,
            order=queueing.FIRST,
            patient=parties.prescriber_as_patient(self.author.practitioner) if own else None,
            attachments=_extensions(said),
        )

    def _number(self, said: Particulars) -> str:
        """One for the whole sending; those in the prescriber's own name get their own."""
        if said.own_name:
            return self._new_number()
        self.shared_number = self.shared_number or self._new_number()
        return self.shared_number

    def _new_number(self) -> str:
        return reference_numbers.give(self.by, patient_key=self.patient_key, intent_id=self.intent_id)

    def recall(self, recall: Recall) -> None:
        """M5. The one of a renewal waits for its M1, which is named as parent of the message."""
        row, msg_id = recall.prescription, uuid4()
        if row.type == PAPER:  # RF never knew it
            row.recall_delivery, row.recalled_at = Delivery.ACCEPTED, clock.now()
            row.save(update_fields=["recall_delivery", "recalled_at"])
            return
        body = m5.Recall(
            prescription_id=str(row.pk),
            note=row.recall_note or None,
            reason=cv(row.recall_reason, 7500, RECALL_REASONS[row.recall_reason]),
            new_prescription_id=str(recall.replaced_by) if recall.replaced_by else None,
        )
        self._message(
            "ERM5", body, msg_id=msg_id, subject=row.pk, order=queueing.FIRST, waits_for=recall.replaced_by
        )
        row.recall_id, row.recall_delivery = msg_id, Delivery.QUEUED
        row.save(update_fields=["recall_id", "recall_delivery"])

    def send_list(self, medications: Mapping[UUID, bytes], others: tuple[m251.Role, ...]) -> None:
        """M25.1: the whole list, last, on top of the head we know; and a question that can be asked at 226."""
        prescriptions = Prescription.objects.filter(patient_key=self.patient_key)
        chained = chains.by_treatment(prescriptions.order_by("-prescribed_on", "-created"))
        chained |= {pk: chain for pk, chain in self.found.chains.items() if pk in self.found.without}
        on_list = {row.pk for row in self.found.rows if row.shelf == product_kinds.LIB}
        chained = {pk: chain for pk, chain in chained.items() if pk in on_list}
        known = _signed_medications(chained) | dict(medications)
        entries = shared_list.entries(self.found.rows, chained, known)
        reactions = CriticalReaction.objects.filter(patient_key=self.patient_key).order_by("created")
        body = shared_list.body(
            entries,
            by=self.by,
            practitioner=self.author.practitioner,
            reactions=shared_list.reactions(reactions, REACTIONS),
            others=others,
        )
        msg_id, parent = uuid4(), self.found.head.pll_head
        self._message(
            "ERM251",
            body,
            msg_id=msg_id,
            subject=None,
            order=queueing.LIST,
            parent=parent,
            attachments=self._beside_list(entries),
        )
        self._remember_list(msg_id, parent, entries)
        question = questions.made(
            "PLL",
            person=self.found.person,
            patient_key=self.patient_key,
            author=self.author,
            by=self.by,
            token=self.token,
        )
        question.save(force_insert=True)

    def _beside_list(self, entries: list[Any]) -> tuple[Document, ...]:
        """The M25.1 extension, where the setting says that RF takes it."""
        if not settings.SFM_WIRE_EXTENSIONS:
            return ()
        paused = TreatmentEvent.objects.filter(patient_key=self.patient_key, verb="suspended").order_by("at")
        reviews = MedicationReview.objects.filter(patient_key=self.patient_key, state="closed")
        found = list_extension.of(
            entries,
            self.found.rows,
            paused_at=dict(paused.values_list("treatment_id", "at")),
            review=reviews.order_by("closed_at").last(),
            author=list_extension.author(self.by, self.author.practitioner),
        )
        return (messages.extension(m251_extension.EXTENSION, found),) if found else ()

    def close(self) -> None:
        """Nothing is unsent any more; the journal is told, and the workers are woken."""
        ledger.close_work_items(ledger.READY_TASK, patient=self.patient_key)
        for row in self.found.unsent:
            self._settle(row)
        self._nothing_is_news()
        ledger.news_settled(self.patient_key)
        if self.found.without:
            ledger.readied(self.patient_key, self.by)
        else:
            ledger.close_work_items(UNDELIVERED_TASK, patient=self.patient_key)
        head = lists.touch(self.patient_key)
        head.pll_outdated = not self.found.sends_list and (self.found.list_is_owed or head.pll_outdated)
        head.save(update_fields=["pll_outdated"])
        if self.found.list_is_owed:
            ledger.work_item(OWED_TASK, patient=self.patient_key)
        count = len(self.found.unsent)
        text = f"Legemiddellisten er gjennomgått og signert. {count} endring{'' if count == 1 else 'er'}."
        ledger.note("LibSigned", text, by=self.by, patient=self.patient_key)
        ledger.audit(
            "list.signed",
            by=self.by,
            patient=self.patient_key,
            subject=("signing_intent", self.intent_id),
            detail={"prescriptions": len(self.found.prescriptions), "recalls": len(self.found.recalls)},
        )
        queueing.wake(self.by.journal_id)

    def _nothing_is_news(self) -> None:
        """Signing says that the list has been gone through: bold clears (clinical.md 4.5). What must be decided still
        must be."""
        seen = [row for row in self.found.rows if row.review in UNSEEN and not row.unsent_verb]
        for row in seen:
            if not (row.difference or {}).get("conflict"):
                row.review, row.review_note, row.difference = Review.CONFIRMED, "", None
                row.reviewed_at, row.reviewed_by, row.version = clock.now(), self.by.name, row.version + 1
                row.save()
                merge_log.by_person(row.pk, "signed", by=self.by, patient=self.patient_key)

    def _message(
        self,
        kind: str,
        body: object,
        *,
        msg_id: UUID,
        subject: UUID | None,
        order: int,
        parent: UUID | None = None,
        waits_for: UUID | None = None,
        patient: Patient | None = None,
        attachments: tuple[Document, ...] = (),
    ) -> bytes:
        raw = envelopes.seal(
            kind,
            body,
            msg_id=msg_id,
            author=self.author,
            patient=patient or self.patient,
            parent=parent,
            attachments=attachments,
        )
        message = Message.objects.create(
            id=msg_id,
            kind=kind,
            direction="out",
            patient_key=self.patient_key,
            subject_id=subject,
            intent_id=self.intent_id,
            parent_id=parent or waits_for,
            raw=raw,
            claims=self.claims,
            token=self.token,
            sha256=hashlib.sha256(raw).hexdigest(),
            signed_by=self.by.practitioner_id,
            signed_by_name=self.by.name,
            generated_at=clock.now(),
            state="held" if self.held_until else "queued",
        )
        queueing.put_sending(message, order=order, available_at=self.held_until)
        ledger.audit(
            "message.signed", by=self.by, patient=self.patient_key, subject=message, detail={"kind": kind}
        )
        return raw

    def _remember_list(self, msg_id: UUID, parent: UUID | None, entries: list[Any]) -> None:
        ListVersion.objects.create(
            id=msg_id,
            patient_key=self.patient_key,
            kind="ERM251",
            parent_id=parent,
            direction="out",
            signed_by=self.by.name,
            generated_at=clock.now(),
            entries=[shared_list.plain(entry) for entry in entries],
            recorded_at=clock.now(),
        )

    def _settle(self, row: Treatment) -> None:
        verb = row.unsent_verb
        told = list(journal_texts.of(row))
        noted = journal_texts.acts(row.unsent_base, verb)
        kept = {name: value for name, value in (row.unsent_base or {}).items() if name not in ONE_SENDING}
        row.unsent_base = {**kept, "_verb": verb, "_noted": noted}  # to come back to, should RF refuse
        row.unsent_verb, row.version = "", row.version + 1
        row.save()
        ledger.event(row, "signed", by=self.by, after={"verb": verb})
        for event, text in told:
            said = journal_texts.comment_on(event, row)
            ledger.note(event, text, by=self.by, patient=row.patient_key, treatment_id=row.pk, comment=said)


def _extensions(said: Particulars) -> tuple[Document, ...]:
    """The M1 extension, where the setting says that RF takes it (rulings.md 9)."""
    extension = particulars.extension(said) if settings.SFM_WIRE_EXTENSIONS else None
    return (messages.extension(m1.EXTENSION, extension),) if extension else ()


def _signed_medications(chained: Mapping[UUID, Any]) -> dict[UUID, bytes]:
    """The ReseptDokLegemiddel of prescriptions signed earlier: the list repeats their bytes (M25-krav 7)."""
    standing = [p.pk for chain in chained.values() for p in (chain.active, chain.last) if p is not None]
    sent = Message.objects.filter(pk__in=standing, kind="ERM1").filter(raw__isnull=False)
    return {message.pk: m1.medication_bytes(message.raw) for message in sent}
