"""(Vedtak) What Helfo has decided for a patient, and the applications under way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from sfm.medication.models import ApplicationState, ReimbursementApplication, ReimbursementDecision
from sfm.medication.rules import decisions

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sfm.medication.content import Product
    from sfm.medication.rules.decisions import Decision

UNDER_WAY = (ApplicationState.SENDING, ApplicationState.MANUAL)


def of_patient(patient_key: UUID) -> tuple[Decision, ...]:
    """Newest first. One query."""
    rows = ReimbursementDecision.objects.filter(patient_key=patient_key, retired_at=None)
    return tuple(read(row) for row in rows.order_by("-valid_from", "-recorded_at"))


def read(row: ReimbursementDecision) -> Decision:
    return decisions.from_data(
        row.content,
        id=row.pk,
        outcome=row.outcome,
        reference=row.reference,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        source=row.source,
    )


def ending(one: Decision, day: date) -> str:
    """What is said while there is time to apply anew; how long before is a setting."""
    return one.warning(day, timedelta(days=settings.SFM_DECISION_WARNING_DAYS))


def under_way(patient_key: UUID) -> tuple[ReimbursementApplication, ...]:
    """Applications that Helfo has, or is about to get, and has not answered."""
    found = ReimbursementApplication.objects.filter(patient_key=patient_key, state__in=UNDER_WAY)
    return tuple(found.order_by("-created"))


def is_for(application: ReimbursementApplication, product: Product) -> bool:
    """The same substance, or the very product where there is no ATC code."""
    said = application.content.get("product", {})
    if said.get("atc"):
        return product.atc.startswith(said["atc"])
    return bool(said.get("name")) and said["name"].casefold() == product.name_form_strength.casefold()
