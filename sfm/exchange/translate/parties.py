"""Who sends, who receives and whom it is about, as MsgHead wants them (eresept.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from sfm.core.ids import PidKind
from sfm.medication.rules import specialities
from sfm.wire.parties import HealthcareProfessional, Organisation, Party, Patient
from sfm.wire.values import CS, CV, URL, Address, TeleCom, cs, cv, ident

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.identity.models import Practitioner
    from sfm.patients.identity import PatientIdentity
    from sfm.tenancy.models import Organisation as Unit

MOST_OF_NAME, MOST_OF_STREET = 50, 100  # characters; RF's own limits are undocumented (eresept.md 8)
CATEGORIES = {"LE": "Lege", "TL": "Tannlege", "JO": "Jordmor", "SP": "Sykepleier", "OP": "Optiker"}
SEXES = {"1": "Mann", "2": "Kvinne", "9": "Ikke spesifisert", "0": "Ikke kjent"}


def sender(unit: Unit, practitioner: Practitioner, actor: Actor) -> Party:
    """The unit the person works in, and the person."""
    category = practitioner.personnel_category
    return Party(
        organisation=Organisation(
            name=unit.name,
            idents=(ident("ENH", unit.orgnr), ident("HER", unit.her_id)),
            address=_address("RES", "Besøksadresse", unit.address_line, unit.postal_code, unit.city),
            telecoms=_phone("HP", "Hovedtelefon", unit.phone),
            professional=HealthcareProfessional(
                personnel_category=cs(category, CATEGORIES.get(category, category)),
                family_name=practitioner.family_name,
                given_name=practitioner.given_name,
                idents=(ident("HPR", actor.hpr),),
            ),
        )
    )


def unit(sending: Unit) -> Party:
    """The unit alone, for messages that no person stands behind."""
    return Party(
        organisation=Organisation(
            name=sending.name,
            idents=(ident("ENH", sending.orgnr), ident("HER", sending.her_id)),
            address=_address("RES", "Besøksadresse", sending.address_line, sending.postal_code, sending.city),
            telecoms=_phone("HP", "Hovedtelefon", sending.phone),
        )
    )


def missing(unit: Unit) -> str:
    """What RF would refuse the sender for, in words for the administrator; "" when nothing."""
    wanted = {
        "HER-id": unit.her_id,
        "organisasjonsnummer": unit.orgnr,
        "adresse": unit.address_line and unit.postal_code and unit.city,
        "telefon": unit.phone,
    }
    return ", ".join(name for name, value in wanted.items() if not value)


def too_long(person: PatientIdentity) -> str:
    """What of the patient's name RF has no room for (164, 166), in words for the prescriber; "" when nothing."""
    names = {"fornavn": person.given, "etternavn": person.family}
    return " og ".join(word for word, name in names.items() if len(name) > MOST_OF_NAME)


def speciality(practitioner: Practitioner) -> CV | None:
    """Spesialitet of an M1: always when the prescriber has one (eresept.md 4.1)."""
    code = next((str(code) for code in practitioner.specialities or ()), "")
    return cv(code, 7426, specialities.name(code)) if code else None


def receiver() -> Party:
    return Party(
        organisation=Organisation(
            name="Reseptformidleren",
            idents=(ident("ENH", settings.RF_RECEIVER_ORGNR), ident("HER", settings.RF_RECEIVER_HER_ID)),
        )
    )


def patient(person: PatientIdentity) -> Patient:
    """With fnr no birth date (111); with D-number birth date and sex (112, 261)."""
    d_number = person.pid_type == PidKind.D_NUMBER
    return Patient(
        family_name=person.family,
        given_name=person.given,
        born_on=None if person.pid_type == PidKind.FNR else person.born,
        sex=CS(code=person.sex, display=SEXES[person.sex]) if person.sex in SEXES else None,
        idents=(ident("DNR" if d_number else "FNR", person.pid),) if person.has_national_id else (),
        address=_address("H", "Bostedsadresse", person.address_line, person.postal_code, person.city),
        telecoms=_phone("HP", "Hovedtelefon", person.phone),
    )


def prescriber_as_patient(practitioner: Practitioner) -> Patient:
    """Til egen praksis, i legens navn: the prescriber's own name, and no number (269, 270)."""
    return Patient(family_name=practitioner.family_name, given_name=practitioner.given_name)


def _address(kind: str, name: str, line: str, postal_code: str, city: str) -> Address | None:
    if not (postal_code and city):
        return None
    street, town = line[:MOST_OF_STREET], city[:MOST_OF_NAME]
    return Address(type=cs(kind, name), street=street or None, postal_code=postal_code, city=town)


def _phone(kind: str, name: str, number: str) -> tuple[TeleCom, ...]:
    return (TeleCom(type=cs(kind, name), address=URL(value=f"tel:{number}")),) if number else ()
