"""(Varselstatistikk) Counting what was shown at the point of choice, and what was decided about it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.core import signing
from django.db import transaction
from django.db.models import F

from sfm.core import clock
from sfm.medication.models import AlertTally
from sfm.medication.queries import alert_facts, warnings
from sfm.medication.rules import alert_decisions, alerts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent
    from sfm.medication.queries.alert_facts import Judged
    from sfm.medication.rules.alerts import Alert

COUNTED = (alerts.CAVE, alerts.RED, alerts.YELLOW, alerts.DUPLICATE)
ACCEPTED = alert_decisions.ACTIONS[0]
SALT = "sfm.alert_tallies"
NOTED = timedelta(days=1)


def shown(*, content: TreatmentContent, by: Actor, patient: UUID, treatment_id: UUID | None = None) -> str:
    """A product was chosen, and these met the person. What is decided already is not shown again, nor counted.
    Returns a note of them, to give back with what the person does about it; "" when there were none."""
    met = [one.alert for one in _open(content, patient, treatment_id)]
    _count(map(_Kind.of, met), "fired", by)
    noted = [[alert.key, *_Kind.of(alert)] for alert in met if alert.mandatory]
    return signing.dumps(noted, salt=SALT, compress=True) if noted else ""


def passed_by(note: str, *, by: Actor) -> int:
    """Something else is chosen because of what was met: every warning of the note has changed something."""
    return _count(_read(note).values(), "changed", by)


def aborted(
    note: str, *, content: TreatmentContent, by: Actor, patient: UUID, treatment_id: UUID | None = None
) -> int:
    """«Avbryt»: nothing is prescribed after all. The warnings of the note that nobody has accepted meanwhile did it."""
    met = _read(note)
    waiting = {one.alert.key for one in _open(content, patient, treatment_id)} if met else set()
    return _count([kind for key, kind in met.items() if key in waiting], "changed", by)


def settled(
    note: str, *, content: TreatmentContent, by: Actor, patient: UUID, treatment_id: UUID | None = None
) -> int:
    """It was written in another way than it began: the warnings of the note that no longer fire have changed it."""
    met = _read(note)
    left = {one.alert.key for one in _judged(content, patient, treatment_id)} if met else set()
    return _count([kind for key, kind in met.items() if key not in left], "changed", by)


def ended(*, treatment_id: UUID, by: Actor, patient: UUID) -> None:
    """A treatment is about to end while warnings about it wait for a decision: that was the decision."""
    waiting = warnings.unhandled(patient, {treatment_id}).get(treatment_id, ())
    _count([_Kind.of(judged.alert) for judged in waiting], "changed", by)


def decided(alert: Alert, action: str, *, by: Actor) -> None:
    _count([_Kind.of(alert)], "accepted" if action == ACCEPTED else "changed", by)


class _Kind(NamedTuple):
    kind: str
    grade: str
    interaction: str

    @classmethod
    def of(cls, alert: Alert) -> _Kind:
        return cls(alert.kind, alert.grade, alert.interaction)


def _open(content: TreatmentContent, patient: UUID, treatment_id: UUID | None) -> list[Judged]:
    found = _judged(content, patient, treatment_id)
    return [one for one in found if one.alert.grade in COUNTED and not one.handled]


def _judged(content: TreatmentContent, patient: UUID, treatment_id: UUID | None) -> tuple[Judged, ...]:
    picture = alert_facts.load(patient)
    if picture is None:
        return ()
    about = treatment_id or warnings.UNWRITTEN
    return warnings.written(picture, content, treatment_id).judged({about})


def _read(note: str) -> dict[str, _Kind]:
    """By the warning's key. Nothing for a note that is not ours, or is older than a day."""
    try:
        said = signing.loads(note, salt=SALT, max_age=NOTED) if note else []
    except signing.BadSignature:
        return {}
    return {key: _Kind(*kind) for key, *kind in said}


def _count(counted: Iterable[_Kind], column: str, by: Actor) -> int:
    """In one order always: the rows are the whole unit's, and two who count the same at once must not wait for each
    other. Returns how many were counted."""
    kinds = sorted(counted)
    if kinds:
        _add(kinds, column, by)
    return len(kinds)


@transaction.atomic
def _add(kinds: Iterable[_Kind], column: str, by: Actor) -> None:
    for kind in kinds:
        row, _ = AlertTally.objects.get_or_create(
            day=clock.today(),
            organisation_id=by.organisation_id,
            kind=kind.kind,
            grade=kind.grade,
            interaction_id=kind.interaction,
        )
        AlertTally.objects.filter(pk=row.pk).update(**{column: F(column) + 1})
