"""What must be right about the particulars of a prescription: by field, in words for the person.

Each check names the error RF would answer with (eresept.md 5, 8).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.core import ages
from sfm.medication.rules import product_kinds

if TYPE_CHECKING:
    from datetime import date

    from sfm.medication.content import PrescriptionTerms, TreatmentContent
    from sfm.medication.particulars import DispensingRequest, Particulars

Problems = dict[str, str]

METHODS = {"F": "Forsendelse", "U": "Utlevering", "L": "LAR", "M": "Utlevering magistrell resept"}  # 7404
GUARDIAN_AGES = range(12, 16)  # from the 12th birthday to the day before the 16th (rulings.md 24)
WOMAN = "2"  # 3101
LONGEST_TEXT = 500
HPR_NUMBER = re.compile(r"[0-9]{7,9}")


@dataclass(frozen=True, kw_only=True)
class Person:
    """What the particulars depend on about the patient, and nothing more."""

    born: date | None
    sex: str  # 3101
    has_number: bool


def check(content: TreatmentContent, terms: PrescriptionTerms) -> Problems:
    """What can be said without knowing the patient."""
    said = terms.particulars
    found = {
        "locked": _locking(said, terms),
        **_request(said.dispensing_request, said, content),
        **_unlicensed(said, content),
        "substitution_reason": _substitution(terms),
        "own_practice": (
            "Velg enten «til egen praksis» eller «i legens navn»."
            if said.own_practice and said.own_name
            else ""
        ),
        "diagnosis": _diagnosis(said),
        "started_by": _initiator(said),
    }
    return {name: problem for name, problem in found.items() if problem}


def of_person(terms: PrescriptionTerms, person: Person, today: date) -> Problems:
    """What depends on whom it is for: 110."""
    found: Problems = {}
    if terms.particulars.guardian_reservation and not may_reserve(person.born, today):
        found["guardian_reservation"] = (
            "Vergeinnsynsreservasjon gjelder bare pasienter fra 12 år til og med 15 år."
        )
    return found


def may_reserve(born: date | None, today: date) -> bool:
    """Guardians' insight can be reserved against (pasient- og brukerrettighetsloven § 3-4)."""
    return born is not None and ages.age_on(born, today) in GUARDIAN_AGES


def needs_number(said: Particulars, *, has_number: bool) -> bool:
    """Whether RF demands a reference number (71, 258)."""
    return said.locked or said.must_be_locked or not has_number


def _locking(said: Particulars, terms: PrescriptionTerms) -> str:
    if terms.type == "P" and (said.locked or said.must_be_locked):
        return "En papirresept kan ikke låses. Velg e-resept."
    if said.must_be_locked and not said.locked:  # 110, 269, 270
        return "Resepten må være låst."
    return ""


def _request(request: DispensingRequest | None, said: Particulars, content: TreatmentContent) -> Problems:
    if said.lar and (request is None or request.method != "L"):
        return {"pharmacy": "LAR krever ekspederingsanmodning «LAR» til ett apotek."}
    if request is None:
        return {}
    found: Problems = {}
    if request.method not in METHODS:
        found["dispatch_method"] = "Velg hva apoteket skal gjøre."
    if request.method == "L" and not said.lar:
        found["dispatch_method"] = "«LAR» gjelder bare resepter som utleveres som LAR."
    if request.method == "M" and content.product.kind != product_kinds.COMPOUNDED:
        found["dispatch_method"] = "«Magistrell» gjelder bare magistrelle legemidler."
    if not (request.her_id and request.orgnr and request.name):  # 8, 30
        found["pharmacy"] = "Velg apotek fra adresseregisteret."
    elif request.kind == "bandasjist" and not product_kinds.is_ware(content.product.kind):  # 118
        found["pharmacy"] = "En bandasjist kan ikke utlevere legemidler. Velg et apotek."
    if not request.contact.strip():
        found["contact"] = "Skriv hvem apoteket kan kontakte."
    if request.method == "F" and not (request.street and request.postal_code and request.city):
        found["dispatch_address"] = "Skriv adressen varen skal sendes til."
    if len(request.note) > LONGEST_TEXT:
        found["dispatch_note"] = "Merknaden kan være på høyst 500 tegn."
    return found


def _unlicensed(said: Particulars, content: TreatmentContent) -> Problems:
    wanted = said.unlicensed
    if wanted is None:
        needed = content.product.kind == product_kinds.LOCAL
        return {"unlicensed_reason": UNLICENSED} if needed else {}
    found = {
        "unlicensed_reason": "" if wanted.reason.strip() else UNLICENSED,
        "manufacturer": "" if wanted.manufacturer.strip() else "Skriv produsent.",
    }
    if len(wanted.reason) > LONGEST_TEXT:
        found["unlicensed_reason"] = "Begrunnelsen kan være på høyst 500 tegn."
    return found


UNLICENSED = "Legemidlet har ikke markedsføringstillatelse. Skriv hvorfor pasienten trenger det."


def _substitution(terms: PrescriptionTerms) -> str:
    if terms.no_substitution and terms.varenr and not terms.particulars.substitution_reason.strip():
        return "Skriv hvorfor legemidlet ikke kan byttes."
    return ""


def _initiator(said: Particulars) -> str:
    """M1 names a person by HPR number and an organisation by HER-id; nobody by name alone."""
    who = said.initiator
    if who is None:
        return ""
    if not (who.hpr or who.her_id):
        return "Skriv HPR-nummeret til den som startet behandlingen, eller HER-id til sykehuset."
    if not HPR_NUMBER.fullmatch(who.hpr or "1234567"):
        return "HPR-nummeret er på sju til ni siffer."
    return "" if not who.her_id or who.her_id.isdigit() else "HER-id er bare sifre."


def _diagnosis(said: Particulars) -> str:
    found = said.diagnosis
    complete = found is None or (found.code and found.system and found.display)
    return "" if complete else "Velg diagnosen fra listen."
