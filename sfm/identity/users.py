"""The people of a journal: found by number, registered by the record system, blocked by an administrator."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from sfm.core import clock
from sfm.core.actor import Actor
from sfm.core.errors import Forbidden, NotFound
from sfm.core.ids import Hpr, NationalId
from sfm.identity.logins import end_user_sessions
from sfm.identity.models import Practitioner
from sfm.identity.rights import permissions_for
from sfm.tenancy.keys import journal_keys
from sfm.tenancy.scope import current_journal_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.tenancy.models import Organisation


COPIED = (
    "given_name",
    "family_name",
    "personnel_category",
    "organisation_id",
    "system_admin",
    "system_owner",
    "read_only",
    "active",
)


@dataclass(frozen=True, kw_only=True)
class PersonData:
    """What a record system (or HPR) tells about a user."""

    given_name: str
    family_name: str
    pid: str = field(default="", repr=False)
    hpr: str = ""
    personnel_category: str = ""
    hpr_rights: dict[str, Any] = field(default_factory=dict)
    specialities: tuple[str, ...] = ()
    organisation_id: UUID | None = None
    system_admin: bool = False
    system_owner: bool = False
    read_only: bool = False
    active: bool = True


def find(practitioner_id: UUID) -> Practitioner:
    found: Practitioner | None = Practitioner.objects.filter(pk=practitioner_id).first()
    if found is None:
        raise NotFound("Brukeren finnes ikke.", detail="no such practitioner")
    return found


def find_by_pid(pid: str) -> Practitioner | None:
    digests = _pid_digests(NationalId.parse(pid, environment=settings.SFM_ENVIRONMENT))
    found: Practitioner | None = Practitioner.objects.filter(pid_bi__in=digests).first()
    return found


def find_by_hpr(hpr: str) -> Practitioner | None:
    found: Practitioner | None = Practitioner.objects.filter(hpr=Hpr.parse(hpr).value).first()
    return found


def hpr_of(people: Iterable[UUID]) -> dict[UUID, str]:
    """The HPR numbers of those who have one; one query."""
    rows = Practitioner.objects.filter(pk__in=set(people)).exclude(hpr="")
    return dict(rows.values_list("pk", "hpr"))


def register(person: PersonData) -> Practitioner:
    """Create the person, or bring up to date the one with the same number or HPR number. Raises Invalid."""
    with transaction.atomic():
        practitioner = _same_person(person) or Practitioner()
        _fill(practitioner, person)
        practitioner.version += not practitioner._state.adding
        practitioner.save()
    return practitioner


def block(practitioner: Practitioner, reason: str) -> None:
    """Closed at once and whatever the record system says; `unblock` opens again."""
    practitioner.blocked_reason = reason or "Sperret"
    practitioner.save(update_fields=["blocked_reason"])
    _throw_out(practitioner)


def unblock(practitioner: Practitioner) -> None:
    practitioner.blocked_reason = ""
    practitioner.save(update_fields=["blocked_reason"])


def set_active(practitioner: Practitioner, *, active: bool) -> None:
    practitioner.active = active
    practitioner.save(update_fields=["active"])
    if not active:
        _throw_out(practitioner)


def _throw_out(practitioner: Practitioner) -> None:
    """End the person's sessions and tickets in every frame, once the change is certain."""
    transaction.on_commit(partial(end_user_sessions, practitioner.pk))


def actor_for(
    practitioner: Practitioner,
    organisation: Organisation,
    *,
    client_id: str = "",
    session_id: str = "",
    on_behalf_of: str = "",
    encounter: str = "",
) -> Actor:
    """The person as an actor in a unit, with the rights of this moment. Raises Forbidden for blocked or inactive."""
    if not practitioner.may_enter:
        raise Forbidden("Brukeren er sperret eller inaktiv i SFM.", detail="blocked or inactive")
    return Actor(
        practitioner_id=practitioner.pk,
        journal_id=current_journal_id(),
        name=practitioner.name,
        personnel_category=practitioner.personnel_category,
        hpr=practitioner.hpr,
        organisation_id=organisation.pk,
        organisation_name=organisation.name,
        permissions=permissions_for(practitioner, organisation.pk),
        client_id=client_id,
        session_id=session_id,
        on_behalf_of=on_behalf_of,
        encounter=encounter,
    )


def logged_in(practitioner: Practitioner) -> None:
    Practitioner.objects.filter(pk=practitioner.pk).update(last_login=clock.now())


def reindex_all() -> int:
    """The digests people are found by, under the newest key of the journal."""
    done = 0
    for practitioner in Practitioner.objects.exclude(pid_bi=None).iterator(chunk_size=200):
        if not practitioner.pid:
            continue
        number = NationalId.parse(practitioner.pid, environment=settings.SFM_ENVIRONMENT)
        newest = _pid_digests(number)[0]
        if bytes(practitioner.pid_bi or b"") != newest:
            Practitioner.objects.filter(pk=practitioner.pk).update(pid_bi=newest)
            done += 1
    return done


def _same_person(person: PersonData) -> Practitioner | None:
    known = find_by_pid(person.pid) if person.pid else None
    return known or (find_by_hpr(person.hpr) if person.hpr else None)


def _fill(practitioner: Practitioner, person: PersonData) -> None:
    for name in COPIED:
        setattr(practitioner, name, getattr(person, name))
    practitioner.specialities = list(person.specialities)
    practitioner.hpr = Hpr.parse(person.hpr).value if person.hpr else ""
    if person.hpr_rights:
        practitioner.hpr_rights, practitioner.hpr_read_at = person.hpr_rights, clock.now()
    if person.pid:
        number = NationalId.parse(person.pid, environment=settings.SFM_ENVIRONMENT)
        practitioner.pid, practitioner.pid_bi = number.value, _pid_digests(number)[0]


def _pid_digests(number: NationalId) -> list[bytes]:
    keys = journal_keys()
    return [keys.blind_index("practitioner", number.value, version) for version in keys.versions]
