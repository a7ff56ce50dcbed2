"""(Varselstatistikk) Counting what was shown at the point of choice, and what was decided about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from sfm.core import clock
from sfm.medication.models import AlertTally
from sfm.medication.queries import alert_facts, warnings
from sfm.medication.rules import alert_decisions, alerts

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent
    from sfm.medication.rules.alerts import Alert

COUNTED = (alerts.CAVE, alerts.RED, alerts.YELLOW, alerts.DUPLICATE)
ACCEPTED = alert_decisions.ACTIONS[0]


def shown(*, content: TreatmentContent, by: Actor, patient: UUID, treatment_id: UUID | None = None) -> int:
    """A product was chosen, and these met the person. What is decided already is not shown again, nor counted."""
    picture = alert_facts.load(patient)
    if picture is None:
        return 0
    about = treatment_id or warnings.UNWRITTEN
    found = warnings.written(picture, content, treatment_id).judged({about})
    met = [one.alert for one in found if one.alert.grade in COUNTED and not one.handled]
    for alert in met:
        _count(alert, "fired", by)
    return len(met)


def decided(alert: Alert, action: str, *, by: Actor) -> None:
    _count(alert, "accepted" if action == ACCEPTED else "changed", by)


@transaction.atomic
def _count(alert: Alert, column: str, by: Actor) -> None:
    row, _ = AlertTally.objects.get_or_create(
        day=clock.today(),
        organisation_id=by.organisation_id,
        kind=alert.kind,
        grade=alert.grade,
        interaction_id=alert.interaction,
    )
    AlertTally.objects.filter(pk=row.pk).update(**{column: F(column) + 1})
