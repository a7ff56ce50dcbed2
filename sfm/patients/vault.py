"""The identity vault: the only door between a person and the patient key. Every call is one query or two.

Callers: portals.treatment, sfm.fhir, sfm.exchange, sfm.printing, and the access log of portals.organisation. They
record the access; the vault records what changes a person's identity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import IntegrityError, transaction

from sfm.audit.record import record
from sfm.core import clock
from sfm.core.errors import Conflict, NotFound
from sfm.core.ids import PatientKey
from sfm.patients import links
from sfm.patients.identity import PatientIdentity, normalised, read_pid
from sfm.patients.models import PatientLink

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.core.actor import Actor

__all__ = [
    "PatientIdentity",
    "change_number",
    "erase",
    "find",
    "merge",
    "open_identities",
    "open_identity",
    "register",
]


def register(identity: PatientIdentity) -> PatientKey:
    """The key of this person; a new one the first time. What the record system now says replaces what it said."""
    person = normalised(identity)
    link = _by_pid(person.pid_type, person.pid)
    if link is None:
        try:
            with transaction.atomic():
                return _add(person, PatientKey(uuid4()))
        except IntegrityError:  # somebody else was first
            link = _by_pid(person.pid_type, person.pid)
            if link is None:
                raise
    key = links.patient_key(link)
    if link.valid_to is None and links.identity(link) != person:
        links.seal_identity(link, person)
        link.save(update_fields=["identity_enc", "key_ver"])
    return key


def find(pid: str) -> PatientKey | None:
    """The key behind a number, also a superseded one. A malformed number raises Invalid."""
    if not pid.strip():
        return None
    kind, value, _ = read_pid(pid)
    link = _by_pid(kind, value)
    return links.patient_key(link) if link else None


def open_identity(patient_key: PatientKey) -> PatientIdentity:
    """Who the key belongs to. Raises NotFound alike for unknown, foreign and erased keys."""
    link = PatientLink.objects.filter(key_bi__in=links.key_digests(patient_key), valid_to=None).first()
    if link is None:
        raise NotFound("Pasienten finnes ikke i denne journalen.", detail="no such patient key")
    return links.identity(link)


def open_identities(patient_keys: Iterable[PatientKey]) -> dict[PatientKey, PatientIdentity]:
    """Many at once, one query; unknown keys are left out."""
    digests = [digest for key in set(patient_keys) for digest in links.key_digests(key)]
    rows = PatientLink.objects.filter(key_bi__in=digests, valid_to=None)
    return {links.patient_key(link): links.identity(link) for link in rows}


def change_number(patient_key: PatientKey, pid: str, *, by: Actor) -> None:
    """A new number for a known person: fnr after D-number, D-number after a local id. The old one still finds them."""
    with transaction.atomic():
        old = (
            PatientLink.objects.select_for_update()
            .filter(key_bi__in=links.key_digests(patient_key), valid_to=None)
            .first()
        )
        if old is None:
            raise NotFound("Pasienten finnes ikke i denne journalen.", detail="no such patient key")
        kind, value, _ = read_pid(pid)
        taken = _by_pid(kind, value)
        if taken is not None:
            raise Conflict("Nummeret tilhører en annen pasient i journalen.", detail="number already linked")
        person = links.identity(old)
        old.valid_to, old.replaced_by = clock.now(), uuid4()
        old.save(update_fields=["valid_to", "replaced_by"])
        _add(normalised(links.renumbered(person, value)), patient_key, link_id=old.replaced_by)
        record(
            by, "patient.change_number", patient=patient_key, detail={"from": old.pid_type, "to": str(kind)}
        )


def merge(gone: PatientKey, into: PatientKey, *, by: Actor) -> None:
    """Two entries of one person become one: every number of `gone` now leads to `into`. Nothing clinical is moved.

    Raises NotFound for an unknown key, Conflict for the same one twice.
    """
    if gone == into:
        raise Conflict("En pasient kan ikke slås sammen med seg selv.", code="SFM-409")
    with transaction.atomic():
        open_identity(into)
        rows = list(PatientLink.objects.select_for_update().filter(key_bi__in=links.key_digests(gone)))
        if not rows:
            raise NotFound("Pasienten finnes ikke i denne journalen.", detail="no such patient key")
        for link in rows:
            links.lead_to(link, into)
            link.valid_to = link.valid_to or clock.now()
            link.save()
        record(by, "patient.merge", patient=into, subject=("patient", str(gone)), detail={"links": len(rows)})


def erase(patient_key: PatientKey, *, by: Actor) -> None:
    """Forget the person: the keys to their identity go, and what remains can never be joined to anyone."""
    with transaction.atomic():
        gone, _ = PatientLink.objects.filter(key_bi__in=links.key_digests(patient_key)).delete()
        if not gone:
            raise NotFound("Pasienten finnes ikke i denne journalen.", detail="no such patient key")
        record(by, "patient.erase", patient=patient_key, detail={"links": gone})


def _by_pid(kind: str, value: str) -> PatientLink | None:
    found: PatientLink | None = PatientLink.objects.filter(pid_bi__in=links.pid_digests(kind, value)).first()
    return found


def _add(person: PatientIdentity, patient_key: PatientKey, link_id: UUID | None = None) -> PatientKey:
    link = links.new(person, patient_key, link_id)
    link.save(force_insert=True)
    return patient_key
