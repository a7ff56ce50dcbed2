"""(Håndtert varsel) A person takes responsibility for a warning. Kept by its substances, so that it is asked once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Conflict, Invalid
from sfm.medication.actions import alert_tallies, ledger, lists
from sfm.medication.models import Treatment, WarningDecision
from sfm.medication.queries import alert_facts, warnings
from sfm.medication.rules import alert_decisions, alerts, rights

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent
    from sfm.medication.queries.alert_facts import Picture
    from sfm.medication.rules.alerts import Alert

GONE = "Varselet gjelder ikke lenger. Se over på nytt."
LONGEST = 500  # characters


@transaction.atomic
def decide(
    *,
    key: str,
    reason: str,
    by: Actor,
    patient: UUID,
    text: str = "",
    treatment_id: UUID | None = None,
    content: TreatmentContent | None = None,
    action: str = "accepted",
) -> WarningDecision:
    """Record why the treatment goes on in spite of the warning. `content` is what is being written, if it is not a row
    yet or changes one. The warning is found again here: nobody can decide one that is not there.

    Raises Conflict when the warning no longer applies.
    """
    by.require(rights.PRESCRIBE)
    _check(reason, action, text)
    lists.touch(patient)
    picture = alert_facts.load(patient)
    if picture is not None and content is not None:
        picture = warnings.written(picture, content, treatment_id)
    about = treatment_id or warnings.UNWRITTEN
    found = picture.judged({about}) if picture else ()
    alert = next((judged.alert for judged in found if judged.alert.key == key), None)
    if picture is None or alert is None or alert.grade in (alerts.GREEN, alerts.NOT_ASSESSED):
        raise Conflict(GONE)
    if reason == alert_decisions.WRONG_REACTION and alert.grade != alerts.CAVE:
        raise Invalid(fields={"reason": "Grunnen gjelder legemiddelreaksjoner."})
    return _record(alert, picture, reason, text.strip(), action, by, patient)


@transaction.atomic
def complete(*, treatment_id: UUID, by: Actor, patient: UUID) -> None:
    """A warning is met when the product is chosen, before there is a dose. What the same person then writes is the dose
    that was meant, and what a later one is measured against."""
    if not by.may(rights.PRESCRIBE):
        return
    picture = alert_facts.load(patient)
    for judged in picture.judged({treatment_id}) if picture else ():
        decision = judged.decision
        if picture is None or decision is None or not judged.handled or decision.by_id != by.practitioner_id:
            continue
        if set(_doses(judged.alert, picture)) - set(decision.doses):
            _store(judged.alert, picture, decision.reason, decision.text, decision.action, by, patient)


def _check(reason: str, action: str, text: str) -> None:
    if action not in alert_decisions.ACTIONS or reason not in alert_decisions.REASONS:
        raise Invalid(fields={"reason": "Velg en grunn."})
    if reason == alert_decisions.OTHER and not text.strip():
        raise Invalid(fields={"text": "Skriv grunnen."})
    if len(text) > LONGEST:
        raise Invalid(fields={"text": f"Grunnen kan ha høyst {LONGEST} tegn."})


def _record(
    alert: Alert, picture: Picture, reason: str, text: str, action: str, by: Actor, patient: UUID
) -> WarningDecision:
    made = _store(alert, picture, reason, text, action, by, patient)
    for row in Treatment.objects.filter(pk__in=made.treatments, patient_key=patient):
        ledger.event(row, "warning_decided", by=by, note=_said(alert, row.pk, reason, text))
    detail = {"kind": alert.kind, "grade": alert.grade, "reason": reason, "action": action}
    ledger.audit("warning.decided", by=by, patient=patient, subject=made, detail=detail)
    alert_tallies.decided(alert, action, by=by)
    return made


def _store(
    alert: Alert, picture: Picture, reason: str, text: str, action: str, by: Actor, patient: UUID
) -> WarningDecision:
    now = clock.now()
    return WarningDecision.objects.create(
        patient_key=patient,
        warning_key=alert.key,
        kind=alert.kind,
        severity=alert.grade,
        interaction_id=alert.interaction,
        reaction_id=alert.reaction,
        treatments=[row for row in alert.treatments if row != warnings.UNWRITTEN],
        action=action,
        reason_code=reason,
        reason_text=text,
        doses=_doses(alert, picture),
        revision=picture.revision(alert),
        knowledge_version=picture.catalogue.version,
        by_id=by.practitioner_id,
        by_name=by.name,
        by_hpr=by.hpr,
        at=now,
        valid_until=now + alert_decisions.VALID,
    )


def _doses(alert: Alert, picture: Picture) -> dict[str, list[str | None]]:
    return {
        alert_decisions.subject_key(subject): [
            None if dose.amount is None else str(dose.amount),
            dose.measure,
        ]
        for subject, dose in picture.doses(alert.subjects).items()
    }


def _said(alert: Alert, row: UUID, reason: str, text: str) -> str:
    about = ", ".join(alert.others(row))
    title = f"{alert.title}: {about}" if about else alert.title
    return f"{title}. {text or alert_decisions.REASONS[reason]}"
