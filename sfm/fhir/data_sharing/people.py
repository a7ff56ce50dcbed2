"""Practitioner (health personnel) and Person (administrators): registered by administrators, judged by HPR."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.core.ids import NationalId
from sfm.exchange import hpr_lookup
from sfm.fhir.data_sharing import doors, naming, person_form, versions
from sfm.fhir.data_sharing.offers import Answer, Call, Offer, Resource, one
from sfm.fhir.data_sharing.params import wrong
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault
from sfm.identity import users
from sfm.identity.models import Practitioner

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfm.fhir.data_sharing.person_form import Stated

    Shape = Callable[[Practitioner], Resource]

MOST = 1_000  # people looked through
# Who is health personnel, and who is written as a person
KINDS = {
    "Practitioner": ~Q(hpr="") | ~Q(personnel_category=""),
    "Person": Q(pid_bi__isnull=False),
}
SHAPES: dict[str, Shape] = {"Practitioner": person_form.practitioner, "Person": person_form.person}


def search(kind: str, call: Call) -> Answer:
    """`identifier`, `given`, `family`, `name`, `active`, `_id`; none of them finds everybody."""
    call.actor.require("admin.users")
    rows = Practitioner.objects.filter(KINDS[kind]).order_by("family_name", "given_name")
    if tokens := call.params.tokens("identifier"):
        rows = rows.filter(pk__in=[row.pk for token in tokens if (row := numbered(*token)) is not None])
    for name, column in (("given", "given_name"), ("family", "family_name")):
        if text := call.params.get(name):
            rows = rows.filter(**{f"{column}__istartswith": text})
    if text := call.params.get("name"):
        rows = rows.filter(Q(given_name__icontains=text) | Q(family_name__icontains=text))
    if ident := call.params.get("_id"):
        rows = rows.filter(pk=_uuid(ident))
    active = call.params.flag("active")
    found = [row for row in rows[:MOST] if active is None or row.may_enter == active]
    return Answer(resources=tuple(SHAPES[kind](row) for row in found))


def read(kind: str, call: Call, ident: str) -> Answer:
    call.actor.require("admin.users")
    return _answer(kind, registered(kind, ident))


def create(kind: str, call: Call, content: Resource) -> Answer:
    """Somebody who is both is written twice; the same kind twice is refused."""
    call.actor.require("admin.users")
    stated = person_form.read(content)
    known = _known(stated)
    if known is not None and _is_already(kind, known):
        raise _taken(kind)
    row = _register(call, known or Practitioner(), stated)
    return _answer(kind, row)


def update(kind: str, call: Call, ident: str, content: Resource) -> Answer:
    call.actor.require("admin.users")
    row = registered(kind, ident)
    versions.check(call, SHAPES[kind](row))
    stated = person_form.read(content)
    known = _known(stated)
    if known is not None and known.pk != row.pk:
        raise _taken(kind)
    if known is None:
        raise BadContent(
            Fault(
                path=f"{kind}.identifier",
                code="business-rule",
                text="Minst ett av numrene må være det personen er registrert med.",
                diagnostics="no identifier of the person that is updated",
            )
        )
    return _answer(kind, _register(call, row, stated))


def _is_already(kind: str, row: Practitioner) -> bool:
    if kind == "Person" and (row.hpr or row.personnel_category):
        return False
    return Practitioner.objects.filter(KINDS[kind], pk=row.pk).exists()


def _register(call: Call, row: Practitioner, stated: Stated) -> Practitioner:
    """What HPR has said stands; roles are given in the portals, never here."""
    try:
        with transaction.atomic():
            saved = users.register(_merged(row, stated, call.place.organisation.pk))
    except IntegrityError as error:
        raise Conflict("En annen har registrert personen i mellomtiden.", code="SFM-409") from error
    Practitioner.objects.filter(pk=saved.pk).update(phone=stated.phone, email=stated.email)
    users.set_active(saved, active=stated.active)
    hpr_lookup.wanted(saved, always=True)
    return users.find(saved.pk)


def _merged(row: Practitioner, stated: Stated, organisation_id: UUID) -> users.PersonData:
    by_hpr = row.hpr_read_at is not None
    specialities = tuple(row.specialities)
    return users.PersonData(
        given_name=row.given_name if by_hpr else stated.given,
        family_name=row.family_name if by_hpr else stated.family,
        pid=stated.pid or row.pid or "",
        hpr=row.hpr if by_hpr and row.hpr else stated.hpr or row.hpr,
        personnel_category=row.personnel_category if by_hpr else stated.category or row.personnel_category,
        specialities=specialities if by_hpr else stated.specialities or specialities,
        organisation_id=row.organisation_id or organisation_id,
        system_admin=row.system_admin,
        system_owner=row.system_owner,
        read_only=row.read_only,
        active=stated.active,
    )


def _known(stated: Stated) -> Practitioner | None:
    """The one person with these numbers. Raises BadContent when they belong to two."""
    by_pid = users.find_by_pid(stated.pid) if stated.pid else None
    by_hpr = users.find_by_hpr(stated.hpr) if stated.hpr else None
    if by_pid and by_hpr and by_pid.pk != by_hpr.pk:
        raise BadContent(
            Fault(
                path="Practitioner.identifier",
                code="business-rule",
                text="Fødselsnummeret og HPR-nummeret tilhører to ulike personer.",
                diagnostics="the identifiers belong to two people",
            )
        )
    return by_pid or by_hpr


def numbered(system: str, value: str) -> Practitioner | None:
    try:
        if naming.system(system) == naming.HPR:
            return users.find_by_hpr(value)
        NationalId.parse(value, environment=settings.SFM_ENVIRONMENT)
        return users.find_by_pid(value)
    except Invalid as error:
        raise wrong("identifier", "holds something that is not a valid number") from error


def registered(kind: str, ident: str) -> Practitioner:
    found: Practitioner | None = Practitioner.objects.filter(KINDS[kind], pk=_uuid(ident)).first()
    if found is None:
        raise NotFound(detail=f"no such {kind}")
    return found


def _uuid(ident: str) -> UUID:
    """A nil id, which nobody has, for what is no id."""
    try:
        return UUID(ident)
    except ValueError:
        return UUID(int=0)


def _answer(kind: str, row: Practitioner) -> Answer:
    return one(SHAPES[kind](row), subject=("Practitioner", str(row.pk)))


def _taken(kind: str) -> BadContent:
    return BadContent(
        Fault(
            path=f"{kind}.identifier",
            code="duplicate",
            text="Personen er allerede registrert. Søk den fram og bruk PUT.",
            diagnostics="the person is registered already",
        )
    )


def _offer(kind: str, profile: str, params: dict[str, str]) -> Offer:
    return Offer(
        type=kind,
        profile=profile,
        admit=doors.administrative,
        params=params,
        search=partial(search, kind),
        read=partial(read, kind),
        create=partial(create, kind),
        update=partial(update, kind),
    )


NAMES = {"identifier": "token", "given": "string", "family": "string", "active": "token"}
PRACTITIONER = _offer("Practitioner", person_form.PRACTITIONER, NAMES)
PERSON = _offer("Person", person_form.PERSON, NAMES | {"name": "string", "_id": "token"})
