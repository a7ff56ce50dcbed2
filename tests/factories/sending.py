"""A doctor in a unit RF accepts, a patient with a name, and the worker's work done here and now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.exchange import dispatch, queueing, signing
from sfm.medication.models import SourceStatus
from sfm.outbox import queue
from sfm.patients import vault
from sfm.patients.identity import PatientIdentity
from sfm.tenancy.models import Organisation

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor

PID = "12835649839"
LEVEL_4 = {"helseid://claims/identity/security_level": "4", "sub": "test"}


def unit(by: Actor, *, pll: bool = True) -> Organisation:
    """Give the actor's unit what RF asks of a sender."""
    found = Organisation.objects.get(pk=by.organisation_id)
    found.address_line, found.postal_code, found.city, found.phone = (
        "Oppdiktveien 1",
        "0001",
        "Oslo",
        "22000001",
    )
    found.pll_enabled_from = date(2026, 1, 1) if pll else None
    found.save()
    return found


def patient(pid: str = PID) -> UUID:
    person = PatientIdentity(
        family="Demosen",
        given="Kari Oppdiktet",
        pid=pid,
        sex="2",
        address_line="Oppdiktveien 2",
        postal_code="0001",
        city="Oslo",
    )
    return vault.register(person)


def looked_up(patient_key: UUID, *sources: str) -> None:
    for source in sources or ("RF", "PLL"):
        SourceStatus.objects.update_or_create(
            patient_key=patient_key, source=source, defaults={"state": "ok", "succeeded_at": clock.now()}
        )


def sign(patient_key: UUID, by: Actor, intent: UUID | None = None) -> signing.Signed:
    """Review and sign, as a person who reads quickly."""
    intent = intent or signing.review(patient_key=patient_key, by=by, session_id="s").intent_id
    return signing.sign_and_send(
        intent_id=intent, patient_key=patient_key, by=by, session_id="s", claims=LEVEL_4, token=""
    )


def work(rounds: int = 20) -> int:
    """Do what a worker would do, in this thread and scope, until nothing is due."""
    worked = 0
    for _ in range(rounds):
        entries = queue.lease((queueing.ASK, queueing.SEND, queueing.RECEIVED), limit=1)
        if not entries:
            return worked
        for entry in entries:
            dispatch.handle(entry)
            worked += 1
    return worked


def without(by: Actor, *permissions: str) -> Actor:
    return replace(by, permissions=by.permissions - set(permissions))
