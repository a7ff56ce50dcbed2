"""(Helfo-søknad) An application to Helfo, from the first question to the answer. Who carries it is not known here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import transaction

from sfm.audit.record import record as audit
from sfm.core import clock
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.medication.actions import ledger
from sfm.medication.models import ApplicationState, JournalNote, ReimbursementApplication
from sfm.medication.rules import applications

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import Product

QUERY, APPLY = "reimbursement.query", "reimbursement.apply"
ANSWERED_TASK = 108
DIAGNOSIS_LENGTHS = {"code": 12, "name": 200}
STATES = {
    "granted": ApplicationState.GRANTED,
    "refused": ApplicationState.REFUSED,
    "dismissed": ApplicationState.DISMISSED,
    "manual": ApplicationState.MANUAL,
}
SAID = {
    ApplicationState.GRANTED: "Innvilget",
    ApplicationState.REFUSED: "Avslått",
    ApplicationState.DISMISSED: "Avvist uten behandling",
    ApplicationState.MANUAL: "Til manuell behandling",
}


@transaction.atomic
def begin(
    *, product: Product, diagnosis: Mapping[str, str], hospital: bool, by: Actor, patient: UUID
) -> ReimbursementApplication:
    """A new application, without the form yet. `hospital`: financed by the regional health authorities."""
    by.require(QUERY)
    wrong = {}
    if not product.name_form_strength.strip():
        wrong["product"] = "Velg legemidlet det søkes om."
    if not diagnosis.get("code", "").strip():
        wrong["code"] = "Velg diagnosen det søkes for."
    if any(len(diagnosis.get(name, "")) > most for name, most in DIAGNOSIS_LENGTHS.items()):
        wrong["code"] = "Diagnosen er for lang."
    if wrong:
        raise Invalid(fields=wrong)
    made = ReimbursementApplication.objects.create(
        id=uuid4(),
        patient_key=patient,
        content={
            "product": {
                "name": product.name_form_strength,
                "substance": product.substance,
                "atc": product.atc,
                "fest_id": product.fest_id,
                "kind": product.kind,
                "group": product.dispensing_group,
                "hospital": hospital,
            },
            "diagnosis": {name: diagnosis.get(name, "").strip() for name in ("code", "system", "name")},
            "form": None,
            "answers": {},
        },
        author_id=by.practitioner_id,
        author_name=by.name,
        created=clock.now(),
    )
    ledger.audit("reimbursement.begun", by=by, patient=patient, subject=made)
    return made


@transaction.atomic
def answer(
    *, application_id: UUID, answers: Mapping[str, str], version: int, by: Actor, patient: UUID
) -> ReimbursementApplication:
    """Keep what is written so far; nothing is demanded until it is sent."""
    by.require(QUERY)
    row = _draft(application_id, patient, version)
    form = form_of(row)
    names = {field.name for field in form.fields}
    row.content["answers"] = {name: text.strip() for name, text in answers.items() if name in names}
    return _store(row)


@transaction.atomic
def send(*, application_id: UUID, version: int, by: Actor, patient: UUID) -> ReimbursementApplication:
    """The doctor's word that it is to be sent. Raises Invalid with what is left to answer."""
    by.require(APPLY)
    row = _draft(application_id, patient, version)
    wrong = applications.problems(form_of(row), row.content["answers"])
    if wrong:
        raise Invalid(fields=wrong)
    row.state, row.problem, row.sent_at = ApplicationState.SENDING, "", clock.now()
    row.author_id, row.author_name = by.practitioner_id, by.name
    row.content["applicant"] = {"hpr": by.hpr, "name": by.name}
    row.content["encounter"] = by.encounter
    ledger.audit("reimbursement.applied", by=by, patient=patient, subject=row)
    return _store(row)


@transaction.atomic
def abandon(*, application_id: UUID, version: int, by: Actor, patient: UUID) -> None:
    by.require(QUERY)
    row = _draft(application_id, patient, version)
    row.state, row.settled_at = ApplicationState.ABANDONED, clock.now()
    ledger.audit("reimbursement.abandoned", by=by, patient=patient, subject=row)
    _store(row)


@transaction.atomic
def take_form(row_id: UUID, form: dict[str, Any], first_answers: Mapping[str, str]) -> None:
    """The form Helfo made for this medicine and diagnosis. Raises ValueError when it is none."""
    applications.form_of(form)
    row = ReimbursementApplication.objects.select_for_update().get(pk=row_id)
    row.content["form"] = form
    row.content["answers"] = {**first_answers, **row.content["answers"]}
    row.problem = ""
    _store(row)


@transaction.atomic
def stop(row_id: UUID, text: str) -> None:
    """It could not be applied for, or not be sent: back to a draft that says why."""
    row = ReimbursementApplication.objects.select_for_update().get(pk=row_id)
    row.problem = text[:255]
    if row.state == ApplicationState.SENDING:
        row.state = ApplicationState.DRAFT
    _store(row)


@transaction.atomic
def settle(
    row_id: UUID, *, status: str, reference: str, text: str, decision_id: UUID | None
) -> ReimbursementApplication:
    """What Helfo answered. An answer that has been waited for becomes a task for the applicant (108)."""
    row = ReimbursementApplication.objects.select_for_update().get(pk=row_id)
    waited = row.state == ApplicationState.MANUAL
    new = STATES[status]
    if row.state == new and row.decision_id == decision_id:
        return row
    row.state, row.reference, row.decision_id, row.problem = new, reference, decision_id, ""
    row.content["text"] = text
    row.settled_at = None if new == ApplicationState.MANUAL else clock.now()
    _store(row)
    _tell(row)
    if waited and new != ApplicationState.MANUAL:
        ledger.work_item(ANSWERED_TASK, patient=row.patient_key, owner_id=row.author_id, subject_id=row.pk)
    audit(None, f"reimbursement.{status}", patient=row.patient_key, subject=row, source="job")
    return row


def seen(*, by: Actor, patient: UUID) -> None:
    """The answers are on the screen of somebody who may act on them: nobody need be told any more."""
    if by.may(APPLY):
        ledger.close_work_items(ANSWERED_TASK, patient=patient)


def form_of(row: ReimbursementApplication) -> applications.Form:
    if not row.content.get("form"):
        raise Invalid("Skjemaet fra Helfo er ikke kommet ennå.")
    return applications.form_of(row.content["form"])


def _tell(row: ReimbursementApplication) -> None:
    said, outcome = row.content, SAID[ApplicationState(row.state)].lower()
    text = f"Helfo: {outcome}. {said['product']['name']}, {said['diagnosis']['code']}."
    JournalNote.objects.create(
        patient_key=row.patient_key,
        encounter=said.get("encounter", ""),
        event="ReimbursementAnswered",
        text=text,
        performer_id=row.author_id,
        performer_name=row.author_name,
        at=clock.now(),
    )


def _draft(application_id: UUID, patient: UUID, version: int) -> ReimbursementApplication:
    found = ReimbursementApplication.objects.select_for_update().filter(
        pk=application_id, patient_key=patient
    )
    row = found.first()
    if row is None:
        raise NotFound
    if row.state != ApplicationState.DRAFT:
        raise Conflict("Søknaden er sendt eller forkastet.")
    if row.version != version:
        raise Conflict("Søknaden er endret i mellomtiden. Se over på nytt.")
    return row


def _store(row: ReimbursementApplication) -> ReimbursementApplication:
    row.version += 1
    row.save()
    return row
