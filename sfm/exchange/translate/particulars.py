"""What most M1s do not say: godkjenningsfritak, ekspederingsanmodning, diagnosis; from our values and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.particulars import Diagnosis, DispensingRequest, Particulars, Unlicensed
from sfm.medication.rules.particular_checks import METHODS
from sfm.wire import m1
from sfm.wire.values import Address, cs, cv

if TYPE_CHECKING:
    from collections.abc import Iterable


def unlicensed(said: Particulars) -> m1.Unlicensed | None:
    wanted = said.unlicensed
    if wanted is None:
        return None
    return m1.Unlicensed(reason=wanted.reason, manufacturer=wanted.manufacturer, apply_directly=wanted.apply)


def request(said: Particulars) -> m1.DispensingRequest | None:
    """EkspAnm. The organisation number is the address register's."""
    wanted = said.dispensing_request
    if wanted is None:
        return None
    return m1.DispensingRequest(
        method=cs(wanted.method, METHODS[wanted.method]),
        her_id=wanted.her_id,
        contact=wanted.contact,
        address=_address(wanted),
        note=wanted.note or None,
        organisation_number=wanted.orgnr,
        name=wanted.name,
    )


def _address(wanted: DispensingRequest) -> Address | None:
    if not (wanted.postal_code and wanted.city):
        return None
    return Address(
        type=cs("H", "Bostedsadresse"),
        street=wanted.street or None,
        postal_code=wanted.postal_code,
        city=wanted.city,
    )


def extension(said: Particulars) -> m1.PrescriptionExtension | None:
    """ReseptUtvidelse with the diagnosis of an antibiotic prescription."""
    found = said.diagnosis
    if found is None:
        return None
    return m1.PrescriptionExtension(version="1", diagnosis=cv(found.code, found.system, found.display))


def read(body: m1.Prescription, extensions: Iterable[object] = ()) -> Particulars:
    """What a message says of these things. Of a patient's reason against substitution no message knows."""
    return Particulars(
        locked=bool(body.locked),
        guardian_reservation=bool(body.guardian_access_reservation),
        own_practice=bool(body.own_practice),
        own_name=bool(body.in_prescribers_name),
        lar=_method(body.dispensing_request) == "L",
        dispensing_request=_requested(body.dispensing_request),
        unlicensed=_unlicensed(body.medication),
        diagnosis=_diagnosis(extensions),
    )


def _requested(found: m1.DispensingRequest | None) -> DispensingRequest | None:
    if found is None:
        return None
    address = found.address
    return DispensingRequest(
        method=_method(found),
        her_id=found.her_id,
        orgnr=found.organisation_number,
        name=found.name,
        contact=found.contact,
        street=(address.street or "") if address else "",
        postal_code=(address.postal_code or "") if address else "",
        city=(address.city or "") if address else "",
        note=found.note or "",
    )


def _method(found: m1.DispensingRequest | None) -> str:
    return (found.method.code or "") if found else ""


def _unlicensed(found: m1.PrescribedMedication | None) -> Unlicensed | None:
    said = found.unlicensed if found else None
    if said is None:
        return None
    return Unlicensed(reason=said.reason, manufacturer=said.manufacturer, apply=said.apply_directly)


def _diagnosis(extensions: Iterable[object]) -> Diagnosis | None:
    for part in extensions:
        if isinstance(part, m1.PrescriptionExtension) and part.diagnosis:
            said = part.diagnosis
            return Diagnosis(code=said.code or "", system=said.system or "", display=said.display or "")
    return None
