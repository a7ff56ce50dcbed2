"""What most M1s do not say: godkjenningsfritak, ekspederingsanmodning, diagnosis; from our values and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.particulars import Diagnosis, DispensingRequest, Initiator, Particulars, Unlicensed
from sfm.medication.rules.particular_checks import METHODS
from sfm.wire import m1
from sfm.wire.values import Address, cs, cv, ident

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


def initiator(said: Particulars) -> m1.Initiator | None:
    """Instituert. The schema knows a person by HPR number and an organisation by HER-id, and no other way."""
    who = said.initiator
    if who is None or not (who.hpr or who.her_id):
        return None
    given, _, family = who.name.strip().rpartition(" ")
    speciality = cv(who.speciality, 7426, who.speciality_name) if who.speciality else None
    return m1.Initiator(
        organisation=m1.Organisation(her_id=ident("HER", who.her_id), institution=who.hospital or None)
        if who.her_id
        else None,
        professional=m1.Professional(
            hpr=ident("HPR", who.hpr),
            given_name=given or None,
            family_name=family or None,
            speciality=speciality,
        )
        if who.hpr
        else None,
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
        initiator=_initiator(body.initiator),
    )


def _initiator(found: m1.Initiator | None) -> Initiator | None:
    if found is None:
        return None
    who, where = found.professional, found.organisation
    speciality = who.speciality if who else None
    return Initiator(
        hpr=who.hpr.id.lstrip("0") if who else "",  # padded on the wire (RF 19)
        name=" ".join(part for part in (who.given_name, who.family_name) if part) if who else "",
        speciality=(speciality.code or "") if speciality else "",
        speciality_name=(speciality.display or "") if speciality else "",
        hospital=(where.institution or "") if where else "",
        her_id=where.her_id.id if where else "",
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
