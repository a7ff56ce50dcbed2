"""What is offered of a resource type. Addresses, views and the capability statement are all made from these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sfm.identity import logins
from sfm.patients import ticket

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.core.ids import PatientKey
    from sfm.fhir.data_sharing.params import Params
    from sfm.identity.admission import Admission
    from sfm.identity.logins import Owner
    from sfm.identity.principal import Principal

Resource = dict[str, Any]
TICKET = "patientTicket"


@dataclass(frozen=True, kw_only=True, repr=False)
class Call:
    """One admitted call. `base` is the address before the resource type; `trace_id` that of the request."""

    place: Admission
    params: Params
    base: str
    trace_id: str
    header_ticket: str = ""
    if_match: str = ""
    asked: int | None = None  # what `Offer.before` found out

    @property
    def actor(self) -> Actor:
        return self.place.actor

    @property
    def owner(self) -> Owner:
        return logins.owner_of(self.place.caller, self.place.journal.pk)

    @property
    def ticket(self) -> str:
        return self.params.get(TICKET) or self.header_ticket

    def patient(self) -> PatientKey:
        """The patient behind the ticket; NotFound, always the same, for every ticket that is not the caller's."""
        return self.patient_of(self.ticket)

    def patient_of(self, stated: str) -> PatientKey:
        """Likewise, for a ticket that stands in the content."""
        return ticket.open_ticket(self.owner.key, stated)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was found or written, and what the access log gets to know of it."""

    resources: tuple[Resource, ...]
    included: tuple[Resource, ...] = ()
    patient: UUID | None = None
    subject: tuple[str, str] | None = None
    detail: dict[str, object] = field(default_factory=dict)

    @property
    def only(self) -> Resource:
        (resource,) = self.resources
        return resource


@dataclass(frozen=True, kw_only=True)
class Offer:
    """`admit` decides who comes in; a verb that is None is answered with 501."""

    type: str
    profile: str
    admit: Callable[[Principal], Admission]
    params: dict[str, str] = field(default_factory=dict)  # search parameter → its FHIR type
    search: Callable[[Call], Answer] | None = None
    read: Callable[[Call, str], Answer] | None = None
    create: Callable[[Call, Resource], Answer] | None = None
    update: Callable[[Call, str, Resource], Answer] | None = None
    before: Callable[[Call], int | None] | None = None
    """Ahead of `search`, in the journal and outside any transaction: for what workers must see."""
    prepare: Callable[[Principal, Resource], str] | None = None
    """Before `create`, outside any journal and transaction. Returns the id of what it made, if that was all."""

    @property
    def interactions(self) -> tuple[str, ...]:
        verbs = {
            "read": self.read,
            "create": self.create,
            "update": self.update,
            "search-type": self.search,
        }
        return tuple(name for name, act in verbs.items() if act)


def one(resource: Resource, **known: Any) -> Answer:
    return Answer(resources=(resource,), **known)
