"""The units that work in a journal: registered passive, made active, found from what a token says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.core.ids import HerId, OrgNr
from sfm.tenancy.models import Organisation, OrganisationKind, OrganisationType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from uuid import UUID

    from sfm.tenancy.models import Journal

MOST_LEVELS = 50


@dataclass(frozen=True, kw_only=True)
class OrganisationData:
    """What a record system or an administrator states about a unit."""

    name: str
    orgnr: str
    type_code: int
    her_id: str = ""
    kind: str = OrganisationKind.ORGANISATION
    parent: Organisation | None = None
    address_line: str = ""
    postal_code: str = ""
    city: str = ""
    municipality_code: str = ""
    phone: str = ""
    email: str = ""
    pll_enabled_from: date | None = None


def register(journal: Journal, data: OrganisationData) -> Organisation:
    """A new, passive unit. Raises Invalid for identifiers that cannot be right."""
    unit = Organisation(journal=journal)
    _fill(unit, data)
    unit.save()
    return unit


def change(unit: Organisation, data: OrganisationData) -> Organisation:
    """What is stated now replaces what was. Raises Conflict when the HER-id is in use by another active unit."""
    _fill(unit, data)
    _save(unit)
    return unit


def activate(unit: Organisation) -> Organisation:
    """A HER-id lives in exactly one active unit; raises Conflict otherwise."""
    unit.active = True
    _save(unit)
    return unit


def deactivate(unit: Organisation) -> Organisation:
    unit.active = False
    _save(unit)
    return unit


def of_journal(journal: Journal) -> list[Organisation]:
    """All units, parents before children, by name."""
    return sorted(
        journal.organisations.select_related("parent"),
        key=lambda unit: (unit.parent_id is not None, unit.name),
    )


def find(journal: Journal, organisation_id: UUID) -> Organisation:
    """The unit, if it belongs to this journal. Foreign and unknown look the same."""
    unit: Organisation | None = journal.organisations.filter(pk=organisation_id).first()
    if unit is None:
        raise NotFound("Virksomheten finnes ikke.", detail="no such organisation here")
    return unit


def last_with_her_id(unit: Organisation) -> bool:
    """Is no other active unit anywhere using the HER-id? Then its inbox in RF is opened or closed with it."""
    return not Organisation.objects.filter(her_id=unit.her_id, active=True).exclude(pk=unit.pk).exists()


def _fill(unit: Organisation, data: OrganisationData) -> None:
    if data.type_code not in OrganisationType.values:
        raise Invalid(fields={"type_code": "Ukjent virksomhetstype."})
    if not data.name.strip():
        raise Invalid(fields={"name": "Virksomheten må ha et navn."})
    if any(above.pk == unit.pk for above in _upwards(data.parent)):
        raise Invalid(fields={"parent": "En virksomhet kan ikke ligge under seg selv."})
    for name, value in vars(data).items():
        setattr(unit, name, value)
    unit.orgnr = OrgNr.parse(data.orgnr).value
    unit.her_id = HerId.parse(data.her_id).value if data.her_id else ""


def _upwards(unit: Organisation | None) -> Iterator[Organisation]:
    for _ in range(MOST_LEVELS):
        if unit is None:
            return
        yield unit
        unit = unit.parent


def _save(unit: Organisation) -> None:
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError as error:
        raise Conflict("HER-id er allerede i bruk av en annen aktiv virksomhet.", code="SFM-409") from error
