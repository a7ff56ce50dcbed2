"""What the change and renew forms start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.core.errors import NotFound
from sfm.medication import content_rows
from sfm.medication.models import Prescription, Treatment
from sfm.medication.queries import chains

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent


@dataclass(frozen=True, kw_only=True)
class Editable:
    """A treatment's content and the row version it was read at."""

    content: TreatmentContent
    version: int
    treatment_id: UUID


def of(treatment_id: UUID, *, patient_key: UUID, actor: Actor) -> Editable:
    """Raises NotFound for a foreign or unknown row."""
    actor.require("lib.view")
    row = Treatment.objects.filter(pk=treatment_id, patient_key=patient_key).first()
    if row is None or row.is_erased:
        raise NotFound
    own = Prescription.objects.filter(patient_key=patient_key, treatment_id=treatment_id)
    chain = chains.chain(list(own.order_by("-prescribed_on", "-created")))
    prescription = chain.unsent or chain.active
    return Editable(
        content=content_rows.content_of(row, prescription), version=row.version, treatment_id=row.pk
    )
