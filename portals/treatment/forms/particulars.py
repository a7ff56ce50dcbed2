"""(Særlige opplysninger) Locking, dispatch, LAR, godkjenningsfritak, diagnosis: read, and offered where they fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portals.shared import chosen
from sfm.core import clock
from sfm.core.errors import Unavailable
from sfm.gateways.address_register import client as register
from sfm.medication.particulars import (
    NONE,
    Diagnosis,
    DispensingRequest,
    Initiator,
    Particulars,
    Unlicensed,
)
from sfm.medication.queries import diagnoses, dispatch_comments, lar
from sfm.medication.rules import infections, particular_checks, product_kinds, specialities
from sfm.medication.rules import lar as lar_rules
from sfm.medication.rules.particular_checks import METHODS, Person

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest
    from portals.treatment.forms.offer import Offer
    from portals.treatment.forms.reading import Reading

FLAGS = ("locked", "guardian_reservation", "own_practice", "own_name", "lar", "not_fertile")
DISPATCH = (
    "dispatch_method", "pharmacy", "contact", "dispatch_street", "dispatch_postal", "dispatch_city", "dispatch_note",
)  # fmt: skip
STARTED = ("started_hpr", "started_name", "started_speciality", "started_hospital", "started_her_id")
FIELDS = (
    *STARTED, *FLAGS, *DISPATCH, "substitution_reason", "unlicensed_reason", "manufacturer", "apply_to_agency",
    "diagnosis",
)  # fmt: skip
LONGEST_NAME = 200  # of a diagnosis
UNKNOWN_PHARMACY = "Velg apoteket fra listen i adresseregisteret."


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Which of the fields belong to this product, patient and person. A field that is not here is not asked for."""

    locked: bool = False
    guardian: bool = False
    own_practice: bool = False
    lar: bool = False
    not_fertile: bool = False
    substitution: bool = False
    unlicensed: bool = False
    methods: tuple[tuple[str, str], ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    comments: tuple[str, ...] = ()  # kept for use again as the note of a dispensing request

    @property
    def diagnosis_values(self) -> tuple[str, ...]:
        return tuple(diagnosis_value(one) for one in self.diagnoses)


def read(reading: Reading) -> Particulars:
    """What was typed. Whoever reserves against guardians' insight, or prescribes for the practice, locks with it."""
    said = Particulars(
        **{name: reading.checked(name) for name in FLAGS},
        substitution_reason=reading.text("substitution_reason") if reading.checked("no_substitution") else "",
        dispensing_request=_request(reading),
        unlicensed=_unlicensed(reading),
        diagnosis=_diagnosis(reading),
        initiator=_initiator(reading),
    )
    return _locked(said) if said.must_be_locked else said


def _locked(said: Particulars) -> Particulars:
    return Particulars(**{**vars(said), "locked": True})


def fields(said: Particulars = NONE) -> dict[str, str]:
    """As the form sends it."""
    shown = {name: "1" if getattr(said, name) else "" for name in FLAGS}
    shown |= {
        "substitution_reason": said.substitution_reason,
        "unlicensed_reason": said.unlicensed.reason if said.unlicensed else "",
        "manufacturer": said.unlicensed.manufacturer if said.unlicensed else "",
        "apply_to_agency": "1" if said.unlicensed and said.unlicensed.apply else "",
        "diagnosis": diagnosis_value(said.diagnosis) if said.diagnosis else "",
    }
    return shown | _request_fields(said.dispensing_request) | _initiator_fields(said.initiator)


def shown(request: PatientRequest, offer: Offer) -> Shown:
    """The fields that belong: none of the others is on the page."""
    product, person = offer.product, request.patient.identity
    preparation = not product_kinds.is_ware(product.kind)
    lar = preparation and request.actor.may(lar_rules.MANAGE) and lar_rules.concerns(product.atc)
    made = product.kind == product_kinds.COMPOUNDED
    fitting = {"F": True, "U": True, "L": lar, "M": made}
    return Shown(
        locked=True,
        guardian=particular_checks.may_reserve(person.born, clock.today()),
        own_practice=preparation,
        lar=lar,
        not_fertile=offer.fertility and person.sex == particular_checks.WOMAN,
        substitution=bool(product.varenr) and product.kind in product_kinds.IN_FEST,
        unlicensed=bool(offer.exemption) or product.kind == product_kinds.LOCAL,
        methods=tuple((code, name) for code, name in METHODS.items() if fitting[code]),
        comments=tuple(one.text for one in dispatch_comments.listed()),
        diagnoses=_diagnoses(request) if infections.wants_diagnosis(product.atc) else (),
    )


def _diagnoses(request: PatientRequest) -> tuple[Diagnosis, ...]:
    """The patient's own first, then the common reasons for an antibiotic, by the person's code system."""
    system = infections.ICD if chosen.of(request, "diagnosis_system") == "icd10" else infections.ICPC
    known = [
        one
        for one in diagnoses.stated(request.patient.key)
        if one.display and one.system in (infections.ICPC, infections.ICD)
    ]
    return tuple(dict.fromkeys((*known, *infections.choices(system))))


def diagnosis_value(one: Diagnosis) -> str:
    """As the form sends it."""
    return f"{one.code}|{one.system}|{one.display}"


def person_of(request: PatientRequest) -> Person:
    identity = request.patient.identity
    return Person(born=identity.born, sex=identity.sex, has_number=identity.has_national_id)


def usual(request: PatientRequest) -> dict[str, str]:
    """Where a parcel goes, and whom the pharmacy calls, when nobody says otherwise."""
    person = request.patient.identity
    return {
        "contact": f"{request.actor.name}, {request.actor.organisation_name}",
        "dispatch_street": person.address_line,
        "dispatch_postal": person.postal_code,
        "dispatch_city": person.city,
        "dispatch_note": next((one.text for one in dispatch_comments.listed() if one.is_default), ""),
    }


def of_lar(request: PatientRequest, offer: Offer) -> dict[str, str]:
    """For a patient under LAR: prescribed as LAR, to the pharmacy that dispenses it now."""
    may = request.actor.may(lar_rules.MANAGE) and lar_rules.concerns(offer.product.atc)
    if not may or not lar.is_flagged(request.patient.key):
        return {}
    wanted = lar.usual_request(request.patient.key)
    return {"lar": "1"} | (_request_fields(wanted) if wanted else {"dispatch_method": lar_rules.METHOD})


def _request(reading: Reading) -> DispensingRequest | None:
    method = reading.text("dispatch_method")
    if not method:
        return None
    found = _pharmacy(reading)
    return DispensingRequest(
        method=method,
        her_id=found.her_id if found else "",
        orgnr=found.orgnr if found else "",
        name=found.name if found else "",
        kind=found.kind if found else "apotek",
        contact=reading.text("contact"),
        street=reading.text("dispatch_street"),
        postal_code=reading.text("dispatch_postal"),
        city=reading.text("dispatch_city"),
        note=reading.text("dispatch_note"),
    )


def _pharmacy(reading: Reading) -> register.Dispenser | None:
    """Name and number are the register's own: what the browser says is only which one."""
    said = reading.text("pharmacy")
    if not said:
        return None
    try:
        found = register.named(said)
    except Unavailable as error:
        reading.problems["pharmacy"] = error.text
        return None
    if found is None:
        reading.problems["pharmacy"] = UNKNOWN_PHARMACY
    return found


def _request_fields(said: DispensingRequest | None) -> dict[str, str]:
    if said is None:
        return dict.fromkeys(DISPATCH, "")
    return {
        "dispatch_method": said.method,
        "pharmacy": f"{said.name} ({said.her_id})" if said.her_id else "",
        "contact": said.contact,
        "dispatch_street": said.street,
        "dispatch_postal": said.postal_code,
        "dispatch_city": said.city,
        "dispatch_note": said.note,
    }


def _unlicensed(reading: Reading) -> Unlicensed | None:
    reason, manufacturer = reading.text("unlicensed_reason"), reading.text("manufacturer")
    if not (reason or manufacturer):
        return None
    return Unlicensed(reason=reason, manufacturer=manufacturer, apply=reading.checked("apply_to_agency"))


def _initiator(reading: Reading) -> Initiator | None:
    hpr, name, speciality, hospital, her_id = (reading.text(field) for field in STARTED)
    if not (hpr or name or hospital or her_id):
        return None
    return Initiator(
        hpr=hpr.replace(" ", "").lstrip("0"),
        name=name,
        speciality=speciality,
        speciality_name=specialities.name(speciality) if speciality else "",
        hospital=hospital,
        her_id=her_id.replace(" ", ""),
    )


def _initiator_fields(said: Initiator | None) -> dict[str, str]:
    kept = (
        (said.hpr, said.name, said.speciality, said.hospital, said.her_id) if said else ("",) * len(STARTED)
    )
    return dict(zip(STARTED, kept, strict=True))


def _diagnosis(reading: Reading) -> Diagnosis | None:
    code, system, display = (*reading.text("diagnosis").split("|", 2), "", "")[:3]
    if not code:
        return None
    found = infections.find(code, system)
    return found or Diagnosis(code=code[:16], system=system[:64], display=display[:LONGEST_NAME])
