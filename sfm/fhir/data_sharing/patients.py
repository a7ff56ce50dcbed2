"""Patient: the record system is master; who a patient is goes into the vault and nowhere else."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.core.ids import PatientKey
from sfm.fhir.data_sharing import doors, merging, opaque, patient_form, statistics, versions
from sfm.fhir.data_sharing.offers import TICKET, Answer, Call, Offer, Resource, one
from sfm.fhir.data_sharing.params import wrong
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault
from sfm.patients import ticket, vault
from sfm.patients.identity import read_pid

if TYPE_CHECKING:
    from sfm.patients.vault import PatientIdentity


def search(call: Call) -> Answer:
    """By ticket, or by numbers: those of this journal, and only those."""
    if call.ticket:
        key = call.patient()
        return one(_shown(key), patient=key)
    if call.params.has(statistics.MEDICATIONS):
        return statistics.search(call)
    tokens = call.params.tokens("identifiers", "identifier")
    if not tokens:
        raise wrong("identifiers", "or patientTicket is required")
    keys = {found for name, value in tokens if (found := _find(name, value)) is not None}
    people = vault.open_identities(keys)
    shown = tuple(patient_form.resource(key, person) for key, person in people.items())
    only = next(iter(people)) if len(people) == 1 else None
    return Answer(resources=shown, patient=only, detail={"asked": len(tokens)})


def read(call: Call, ident: str) -> Answer:
    key = _key(call, ident)
    return one(_shown(key), patient=key)


def create(call: Call, content: Resource) -> Answer:
    person = patient_form.read(content)
    if vault.find(person.pid) is not None:
        raise _taken()
    key = vault.register(person)
    merging.replaced(call, key, content)
    return one(_shown(key), patient=key)


def update(call: Call, ident: str, content: Resource) -> Answer:
    """What the record system now says replaces what it said; a new number leads to the same patient."""
    key = _key(call, ident)
    versions.check(call, _shown(key))
    person = patient_form.read(content)
    merged = merging.replaced(call, key, content)
    changed = _renumber(call, key, person)
    if vault.register(person) != key:
        raise Conflict("Nummeret tilhører en annen pasient i journalen.", code="SFM-409")
    if person.inactive or merged:
        _close_tickets(call, key)
    return one(_shown(key), patient=key, detail={"number_changed": changed, "merged": merged})


def _close_tickets(call: Call, key: PatientKey) -> None:
    """At once, and again when the change is certain: one may have been issued in between."""
    revoke = partial(ticket.revoke_patient, call.place.journal.pk, key)
    revoke()
    transaction.on_commit(revoke)


def _renumber(call: Call, key: PatientKey, person: PatientIdentity) -> bool:
    """A number of another patient is refused; the patient's own former number is not taken up again."""
    now = vault.open_identity(key)
    if read_pid(person.pid)[1] == now.pid:
        return False
    if vault.find(person.pid) is not None:
        raise _taken()
    vault.change_number(key, person.pid, by=call.actor)
    return True


def _shown(key: PatientKey) -> Resource:
    return patient_form.resource(key, vault.open_identity(key))


def _key(call: Call, ident: str) -> PatientKey:
    """The patient of an id of ours or of the caller's own ticket; anything else is one and the same 404."""
    key = opaque.to_key(ident)
    try:
        if key is not None and vault.open_identities([key]):
            return key
        return ticket.open_ticket(call.owner.key, ident)
    except NotFound:
        raise NotFound(detail="neither id nor ticket") from None


def _find(system: str, value: str) -> PatientKey | None:
    try:
        return vault.find(patient_form.number(system, value))
    except Invalid as error:
        raise wrong("identifiers", "holds something that is not a valid number") from error


def _taken() -> BadContent:
    return BadContent(
        Fault(
            path="Patient.identifier",
            code="duplicate",
            text="Det finnes allerede en pasient med dette nummeret. Søk den fram og bruk PUT.",
            diagnostics="the number is in use in this journal",
        )
    )


OFFER = Offer(
    type="Patient",
    profile=patient_form.PROFILE,
    admit=doors.either,
    params={
        "identifiers": "token",
        "identifier": "token",
        TICKET: "string",
        "medications": "token",
        "period": "date",
        "start": "date",
        "end": "date",
    },
    search=search,
    read=read,
    create=create,
    update=update,
)
