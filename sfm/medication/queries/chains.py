"""(Reseptkjede) The prescriptions of each treatment, sorted into the one that counts and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.medication.models import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from sfm.medication.models import Prescription


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """`unsent`: drafted here. `active`: can be dispensed on. `last`: newest written, whatever became of it."""

    unsent: Prescription | None = None
    active: Prescription | None = None
    last: Prescription | None = None
    several_active: bool = False
    last_dispensed_at: datetime | None = None

    @property
    def current(self) -> Prescription | None:
        """The one the row shows."""
        if self.unsent is not None:
            return self.unsent
        last = self.last
        if last is None or last.delivery in (Delivery.REJECTED, Delivery.RESIGN):
            return last  # a refusal must be seen, also when an older prescription still holds
        return self.active or (last if last.rf_status != "T" and not last.recall_delivery else None)


EMPTY = Chain()


def by_treatment(prescriptions: Iterable[Prescription]) -> dict[UUID, Chain]:
    grouped: dict[UUID, list[Prescription]] = {}
    for prescription in prescriptions:
        if prescription.treatment_id is not None:
            grouped.setdefault(prescription.treatment_id, []).append(prescription)
    return {treatment: chain(found) for treatment, found in grouped.items()}


def chain(prescriptions: list[Prescription]) -> Chain:
    """`prescriptions` newest first."""
    signed = [p for p in prescriptions if p.delivery != Delivery.DRAFT]
    active = [p for p in signed if p.is_active]
    dispensed = [p.last_dispensed_at for p in signed if p.last_dispensed_at is not None]
    return Chain(
        unsent=next((p for p in prescriptions if p.delivery == Delivery.DRAFT), None),
        active=active[0] if active else None,
        last=signed[0] if signed else None,
        several_active=len([p for p in active if p.recall_delivery == ""]) > 1,
        last_dispensed_at=max(dispensed, default=None),
    )
