"""(Aktivering, Verify) A unit comes into use: RF verifies system, organisation and the way back, and our inbox is
registered with the first unit of a HER-id and taken away with the last (integration.md 6.2)."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from sfm.audit.record import record
from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.exchange import envelopes, queueing
from sfm.exchange.models import Message
from sfm.exchange.translate import parties
from sfm.medication.actions import ledger
from sfm.medication.models import WorkItem
from sfm.tenancy import organisations
from sfm.tenancy.models import Organisation, RfState
from sfm.wire import mv
from sfm.wire.safe_xml import WireFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfm.core.actor import Actor

KIND: Final = "ERMV"
FAILED_TASK: Final = 112
VENDOR: Final = {
    "servicevendorname": "driftsleverandørens navn",
    "contactname": "kontaktperson",
    "contactmail": "e-post",
    "contactphone": "telefon",
}
SYSTEM: Final = {"systemcode": "systemkode", "systemname": "systemnavn", "version": "versjon"}
LATE: Final = "Ikke levert til Reseptformidleren. Prøv igjen."


@transaction.atomic
def activate(unit: Organisation, *, by: Actor) -> None:
    """In use from now on; what RF says of it comes later and is seen in Virksomhetsportalen."""
    organisations.activate(unit)
    verify(unit, by=by, inbox="register" if organisations.last_with_her_id(unit) else "")


@transaction.atomic
def deactivate(unit: Organisation, *, by: Actor) -> None:
    """Nobody enters any more. The inbox goes with the last active unit of its HER-id."""
    was = unit.rf_state
    organisations.deactivate(unit)
    if was and organisations.last_with_her_id(unit):
        verify(unit, by=by, inbox="deregister")


@transaction.atomic
def verify(unit: Organisation, *, by: Actor, inbox: str = "register") -> bool:
    """Ask RF. False when the unit lacks what RF demands: then an administrator is told what, and nothing is sent.

    A unit without HER-id is nobody to RF, and is left alone.
    """
    if not unit.her_id:
        return False
    try:
        _ask(unit, by=by, inbox=inbox)
    except (Invalid, WireFormatError) as error:
        _state(unit, RfState.FAILED, error.text)
        ledger.work_item(FAILED_TASK, patient=None, subject_id=unit.pk)
        return False
    _state(unit, RfState.ASKED, "")
    return True


def _ask(unit: Organisation, *, by: Actor, inbox: str) -> None:
    lacking = parties.missing(unit)
    if lacking:
        raise Invalid(f"Virksomheten mangler {lacking}.")
    ident = uuid4()
    raw = envelopes.seal_for_unit(KIND, body(unit, inbox=inbox), msg_id=ident, unit=unit)
    message = Message.objects.create(
        id=ident,
        kind=KIND,
        direction="out",
        subject_id=unit.pk,
        raw=raw,
        sha256=sha256(raw).hexdigest(),
        signed_by_name=by.name,
        generated_at=clock.now(),
    )
    queueing.put_sending(message, order=0)
    record(by, "message.verify", subject=unit, detail={"inbox": inbox or "none"}, source="api")
    queueing.wake(by.journal_id)


def body(unit: Organisation, *, inbox: str) -> mv.Verify:
    """Our own system first, then the record system's, as it has stated itself. Raises Invalid."""
    said = unit.epj_info or {}
    vendor = _needed(said.get("operationsupplierinfo", {}), VENDOR)
    systems = [_own_system()]
    if said.get("systeminfo"):
        epj = _needed(said["systeminfo"], SYSTEM)
        systems.append(
            _system(epj["systemcode"], epj["systemname"], epj["version"], epj.get("updatetime", ""))
        )
    return mv.Verify(
        systems=tuple(systems),
        vendor=mv.Vendor(
            name=vendor["servicevendorname"],
            contact_name=vendor["contactname"],
            contact_mail=vendor["contactmail"],
            contact_phone=vendor["contactphone"],
        ),
        additional=tuple(_inbox(inbox)),
    )


def _needed(said: Mapping[str, str], names: Mapping[str, str]) -> Mapping[str, str]:
    lacking = [label for name, label in names.items() if not said.get(name)]
    if lacking:
        raise Invalid(f"sfm-epjinfo mangler {', '.join(lacking)}. Journalsystemet må oppgi det.")
    return said


def _own_system() -> mv.SystemInfo:
    return _system(settings.RF_SYSTEM_CODE, "Open SFM", settings.SFM_VERSION, settings.SFM_VERSION_FROM)


def _system(code: str, name: str, version: str, updated: str) -> mv.SystemInfo:
    at = datetime.fromisoformat(updated) if updated else clock.now()
    at = at if at.tzinfo else at.replace(tzinfo=clock.OSLO)
    return mv.SystemInfo(code=code, name=name, version=version, updated_at=at.replace(microsecond=0))


def _inbox(verb: str) -> Iterable[mv.AdditionalInfo]:
    """Names of ours: how RF wants an inbox registered is not published (integration.md 6.2)."""
    if verb:
        yield mv.AdditionalInfo(key=settings.RF_INBOX_KEY, value=verb)
        yield mv.AdditionalInfo(
            key=settings.RF_INBOX_ADDRESS_KEY, value=f"{settings.PUBLIC_ORIGIN}/integrasjon/rf/inn"
        )


def settled(message: Message, *, accepted: bool, errors: list[dict[str, str]]) -> None:
    """What RF made of it, or that it never got there. An older answer does not overrule a newer question."""
    unit = Organisation.objects.filter(pk=message.subject_id or message.pk).first()
    newer = Message.objects.filter(
        kind=KIND, subject_id=message.subject_id, generated_at__gt=message.generated_at
    )
    if unit is None or newer.exists():
        return
    if accepted:
        _state(unit, RfState.VERIFIED if unit.active else RfState.NONE, "")
        WorkItem.objects.filter(code=FAILED_TASK, subject_id=unit.pk, open=True).update(
            open=False, updated=clock.now()
        )
        return
    _state(unit, RfState.FAILED, "; ".join(error["text"] for error in errors) or LATE)
    ledger.work_item(FAILED_TASK, patient=None, subject_id=unit.pk)


def _state(unit: Organisation, state: str, note: str) -> None:
    unit.rf_state, unit.rf_note, unit.rf_at = state, note[:255], clock.now()
    Organisation.objects.filter(pk=unit.pk).update(rf_state=state, rf_note=note[:255], rf_at=unit.rf_at)
