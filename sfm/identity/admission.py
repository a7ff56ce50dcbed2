"""From a valid token to a place in a journal: which journal, which unit, which registered person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sfm.core.actor import Actor
from sfm.core.errors import NotFound
from sfm.identity import users
from sfm.identity.models import Practitioner
from sfm.identity.principal import Principal
from sfm.identity.refusals import (
    ClientUnknown,
    JournalUnavailable,
    OrganisationInactive,
    Refused,
    SupplierUnknown,
    UserUnavailable,
)
from sfm.tenancy import journals
from sfm.tenancy.models import EpjClient, Journal, Organisation, Supplier
from sfm.tenancy.scope import journal_scope


@dataclass(frozen=True, kw_only=True)
class Admission:
    """Everything a call stands on. Made anew for every call, so that blocking works at once."""

    caller: Principal
    journal: Journal
    organisation: Organisation
    practitioner: Practitioner
    actor: Actor


def admit(caller: Principal, *, session_id: str = "", passive_too: bool = False) -> Admission:
    """Raises the 403s of integration.md 3.6; an unknown journal and somebody else's look the same.

    `passive_too`: also to a unit that is not in use yet, for the calls that register it and its people.
    """
    check_supplier(caller)
    journal = journal_of(caller)
    try:
        unit = organisation_of(caller, journal, passive_too=passive_too)
        return _inside(caller, journal, unit, session_id or caller.sid)
    except Refused as refusal:
        refusal.journal = journal
        raise


def _inside(caller: Principal, journal: Journal, organisation: Organisation, session_id: str) -> Admission:
    with journal_scope(journal):
        practitioner = users.find_by_pid(caller.pid)
        if practitioner is None or not practitioner.may_enter:
            raise UserUnavailable(detail="not registered in the journal, blocked or inactive")
        actor = users.actor_for(practitioner, organisation, client_id=caller.client_id, session_id=session_id)
    return Admission(
        caller=caller, journal=journal, organisation=organisation, practitioner=practitioner, actor=actor
    )


def journal_of(caller: Principal) -> Journal:
    try:
        return journals.find(UUID(caller.journal_id))
    except (ValueError, NotFound) as error:
        raise JournalUnavailable(detail="unknown journal") from error


def organisation_of(caller: Principal, journal: Journal, *, passive_too: bool = False) -> Organisation:
    """The unit of the token, the lower level first."""
    rows = Organisation.objects.filter(journal=journal, orgnr__in=caller.orgnrs)
    matching = sorted(
        rows, key=lambda row: (caller.orgnrs.index(row.orgnr), not row.active, row.kind, row.created)
    )
    if not matching:
        raise JournalUnavailable(detail="the journal is not this organisation's")
    active = next((row for row in matching if row.active or passive_too), None)
    if active is None:
        raise OrganisationInactive
    return active


def client_of(caller: Principal) -> EpjClient:
    """The registered record system, which alone decides who may hold our frame."""
    client = EpjClient.objects.filter(client_id=caller.client_id, active=True).first()
    if client is None:
        raise ClientUnknown(detail=f"client {caller.client_id} is not registered")
    return client


def check_supplier(caller: Principal) -> None:
    if not caller.multi_tenant:
        return
    if not Supplier.objects.filter(orgnr=caller.orgnr_supplier, active=True).exists():
        raise SupplierUnknown(detail="supplier of a multi-tenant client is not registered")
