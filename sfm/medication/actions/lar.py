"""(LAR-pasient) A doctor says that the patient is under legemiddelassistert rehabilitering, or no longer is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core.errors import Conflict
from sfm.medication.actions import ledger, lists
from sfm.medication.queries import lar as known
from sfm.medication.rules import lar

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor

STILL = "{} er forskrevet som LAR. Seponer behandlingen eller forny uten LAR først."


@transaction.atomic
def flag(*, in_lar: bool, by: Actor, patient: UUID) -> None:
    """Raises Conflict while something is still prescribed as LAR: the flag goes last."""
    by.require(lar.MANAGE)
    standing = () if in_lar else known.standing(patient)
    if standing:
        raise Conflict(STILL.format(standing[0].name))
    head = lists.touch(patient)
    if head.in_lar == in_lar:
        return
    head.in_lar = in_lar
    head.save(update_fields=["in_lar"])
    ledger.audit("lar.flagged" if in_lar else "lar.unflagged", by=by, patient=patient)
