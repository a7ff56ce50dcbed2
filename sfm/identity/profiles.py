"""(Standardoppsett) What an organisation has set for each row of the matrix, beside what the law begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.core.errors import NotFound
from sfm.identity import matrix, rights
from sfm.identity.models import Practitioner, RoleProfile

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One row of the matrix in one unit. `changed_by` and `changed_at` are empty where the unit follows the start."""

    row: matrix.Row
    permissions: frozenset[str]
    changed_by: UUID | None = None
    changed_at: datetime | None = None

    @property
    def given(self) -> frozenset[str]:
        return self.permissions - self.row.start

    @property
    def taken(self) -> frozenset[str]:
        return self.row.start - self.permissions


def of_unit(unit_id: UUID) -> tuple[Profile, ...]:
    """Every row in which something can be set, in the order of the matrix. One query."""
    own = {row.category: row for row in RoleProfile.objects.filter(organisation_id=unit_id)}
    rows = (matrix.row(name, prescribing=True) for name in matrix.row_names())
    return tuple(_profile(row, own.get(row.name)) for row in rows if row.ceiling)


def find(unit_id: UUID, row_name: str) -> Profile:
    """Raises NotFound for a row there is none of, or in which nothing can be set."""
    found = next((one for one in of_unit(unit_id) if one.row.name == row_name), None)
    if found is None:
        raise NotFound
    return found


def save(unit_id: UUID, row_name: str, permissions: frozenset[str], *, by: UUID) -> Profile:
    """Returns what was there before. The start itself is not kept: the row is followed again. Raises Invalid above."""
    before = find(unit_id, row_name)
    if permissions == before.row.start:
        RoleProfile.objects.filter(organisation_id=unit_id, category=row_name).delete()
    else:
        rights.set_profile(unit_id, row_name, permissions, by=by)
    return before


def people_in(row_name: str) -> list[UUID]:
    """Everybody in the journal who stands in the row."""
    return [
        one.pk for one in Practitioner.objects.filter(active=True) if rights.ceiling_of(one).name == row_name
    ]


def _profile(row: matrix.Row, own: RoleProfile | None) -> Profile:
    if own is None:
        return Profile(row=row, permissions=row.start)
    return Profile(
        row=row,
        permissions=frozenset(own.permissions) & row.ceiling,
        changed_by=own.changed_by,
        changed_at=own.changed_at,
    )
