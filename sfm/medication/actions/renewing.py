"""«Forny merkede»: what needs no decision is renewed; the rest is left as it was, and named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from sfm.medication.actions import lists, treatments
from sfm.medication.models import Treatment
from sfm.medication.queries import renewal
from sfm.medication.rules import rights

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.rules.particular_checks import Person


@dataclass(frozen=True, kw_only=True)
class Renewed:
    """`stale`: rows somebody changed after they were shown; these and `left_out` are as they were."""

    done: tuple[UUID, ...]
    left_out: tuple[UUID, ...]
    stale: tuple[UUID, ...]


@transaction.atomic
def renew_many(*, ids: Iterable[tuple[UUID, int]], by: Actor, patient: UUID, person: Person) -> Renewed:
    """(id, version) of each. Ids that are not this patient's are passed over."""
    by.require(rights.PRESCRIBE)
    lists.touch(patient)
    wanted = dict(ids)
    found = Treatment.objects.select_for_update().filter(pk__in=wanted, patient_key=patient).order_by("pk")
    rows = [row for row in found if not row.is_erased]
    same = [row for row in rows if row.version == wanted[row.pk]]
    apart = renewal.left_out(same, patient_key=patient, actor=by, person=person)
    done = [row.pk for row in same if row.pk not in apart]
    for ident in done:
        treatments.renew(treatment_id=ident, by=by, patient=patient, version=wanted[ident])
    return Renewed(
        done=tuple(done),
        left_out=tuple(apart),
        stale=tuple(row.pk for row in rows if row.version != wanted[row.pk]),
    )
