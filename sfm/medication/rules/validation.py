"""What must be right before a treatment is stored or its prescription signed: B6, B7, B8 of clinical.md 4.8."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.medication.rules import (
    dosage_text,
    lar,
    particular_checks,
    product_checks,
    product_kinds,
    rights,
    validity,
)
from sfm.medication.rules.dosage_checks import dosage_problem

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.medication.content import PrescriptionTerms, TreatmentContent

Problems = dict[str, str]
USE_TYPES = frozenset("12345")  # 9101

COURSE = "2"
SUPPLEMENT = product_kinds.SUPPLEMENT  # RF takes no prescription on them (210)
LEGAL_BASES = {"200", "300", "400", "800", "950"}  # offered for medication (rulings.md 23, RF 262)
ONLY_READ = {"301", "302"}
NEED_CODE = {"200", "300"}  # RF 277
LENGTHS = {"indication_text": 250, "note_to_pharmacy": 500}  # eresept.md 8; RF's own limits are undocumented
MAX_DOSAGE_TEXT = 500
MOST = Decimal(100_000)
BRAND_ALONE = "Velg pakning. En resept gjelder et virkestoff eller en pakning, ikke en merkevare alene."


def check(
    content: TreatmentContent, *, today: date, actor: Actor, standing: PrescriptionTerms | None = None
) -> Problems:
    """Field name → what is wrong with it, in words for the person; empty when all is well.

    `standing` is the prescription as it is before the change: its first day may have passed.
    """
    problems = _treatment(content, today)
    if content.prescription is not None:
        problems |= _prescription(content.prescription, content, today, standing)
        refusal = rights.refusal(
            actor,
            atc=content.product.atc,
            dispensing_group=content.product.dispensing_group,
            kind=content.product.kind,
            own_practice=content.prescription.particulars.own_practice,
        )
        if refusal:
            problems["product"] = refusal
        if wrong := lar.refusal(content, may_manage=actor.may(lar.MANAGE)):
            problems["lar"] = wrong
    return problems


def _treatment(content: TreatmentContent, today: date) -> Problems:
    found = {
        "product": "" if _is_named(content) else "Velg et legemiddel.",
        "use_type": "" if content.use_type in USE_TYPES else "Velg fast, kur eller ved behov.",
        "indication_text": _indication(content),
        "dosage": _dosage(content) or _too_long(dosage_text.text(content.dosage)),
        **_dates(content, today),
        **product_checks.check(content.product),
    }
    return {name: problem for name, problem in found.items() if problem}


def _is_named(content: TreatmentContent) -> bool:
    """What is typed, not chosen, is asked for its name in a field of its own."""
    typed = content.product.kind in (product_kinds.COMPOUNDED, product_kinds.LOCAL)
    return typed or bool(content.product.name_form_strength.strip())


def _dosage(content: TreatmentContent) -> str:
    """A ware has instructions for its use, or none."""
    return "" if product_kinds.is_ware(content.product.kind) else dosage_problem(content)


def _indication(content: TreatmentContent) -> str:
    text = content.indication_text
    if not text.strip():
        return "" if product_kinds.is_ware(content.product.kind) else "Skriv bruksområde."
    return "" if len(text) <= LENGTHS["indication_text"] else "Bruksområde kan være på høyst 250 tegn."


def _too_long(text: str) -> str:
    return "" if len(text) <= MAX_DOSAGE_TEXT else "Doseringsteksten kan være på høyst 500 tegn."


def _dates(content: TreatmentContent, today: date) -> Problems:
    start, end, stop = content.starts_on, content.dosage_ends_on, content.discontinue_on
    found: Problems = {}
    if stop is None and content.use_type == COURSE:
        found["discontinue_on"] = "En kur må ha seponeringsdato."
    elif stop is not None and stop <= today:
        found["discontinue_on"] = "Seponeringsdato må være etter i dag."
    elif stop is not None and start is not None and stop <= start:
        found["discontinue_on"] = "Seponeringsdato må være etter startdato."
    if end is not None and start is not None and end < start:
        found["dosage_ends_on"] = "Sluttdato for dosering må være etter startdato."
    elif end is not None and stop is not None and end > stop:
        found["dosage_ends_on"] = "Doseringen kan ikke vare lenger enn behandlingen."
    if content.review_date is not None and content.review_date <= today:
        found["review_date"] = "Revurderingsdato må være etter i dag."
    return found


def _prescription(
    terms: PrescriptionTerms, content: TreatmentContent, today: date, standing: PrescriptionTerms | None
) -> Problems:
    if product_kinds.is_ware(content.product.kind):
        return _ware(terms, content, today, standing)
    if content.product.dispensing_group == SUPPLEMENT:
        return {"prescription": "Det kan ikke skrives resept på kosttilskudd. Velg «Uten resept»."}
    if content.product.kind == "brand" and not (terms.varenr or content.product.varenr):
        return {"package_count": BRAND_ALONE}
    found = {
        **_validity(terms, today, standing),
        **_amount(terms),
        "refills": "" if 0 <= terms.refills <= 99 else "Reiterasjoner må være mellom 0 og 99.",
        **_reimbursement(terms),
        "note_to_pharmacy": (
            ""
            if len(terms.note_to_pharmacy) <= LENGTHS["note_to_pharmacy"]
            else "Høyst 500 tegn til apoteket."
        ),
        "no_substitution": (
            "Generisk bytte kan bare reserveres når en pakning er valgt."
            if terms.no_substitution and not terms.varenr
            else ""
        ),
        **particular_checks.check(content, terms),
    }
    return {name: problem for name, problem in found.items() if problem}


def _ware(
    terms: PrescriptionTerms, content: TreatmentContent, today: date, standing: PrescriptionTerms | None
) -> Problems:
    return {
        **_validity(terms, today, standing),
        **product_checks.terms_of_ware(terms, content.product),
        **particular_checks.check(content, terms),
    }


def _validity(terms: PrescriptionTerms, today: date, standing: PrescriptionTerms | None) -> Problems:
    found: Problems = {}
    first = terms.valid_from or today
    kept = standing is not None and standing.valid_from == terms.valid_from
    if terms.valid_from is not None and terms.valid_from < today and not kept:
        found["valid_from"] = "Gyldig fra kan ikke være i fortiden."
    if terms.expires_on <= first:
        found["expires_on"] = "Utløpsdato må være etter at resepten begynner å gjelde."
    elif terms.expires_on > validity.expires_on(today, validity.LONGEST):
        found["expires_on"] = "En resept kan gjelde i høyst tre år."
    return found


def _amount(terms: PrescriptionTerms) -> Problems:
    count, quantity = terms.package_count, terms.quantity
    if (count is None) == (quantity is None):
        return {"quantity": "Oppgi enten antall pakninger eller mengde."}
    if count is not None:
        if not terms.varenr:
            return {"package_count": "Velg hvilken pakning som skal utleveres."}
        return {} if 0 < count < MOST else {"package_count": "Antall pakninger må være større enn null."}
    if quantity is None or not 0 < quantity < MOST:
        return {"quantity": "Mengden må være større enn null."}
    return {} if terms.quantity_unit else {"quantity_unit": "Oppgi enhet for mengden."}


def _reimbursement(terms: PrescriptionTerms) -> Problems:
    if not terms.legal_basis:
        return {}
    if terms.legal_basis in ONLY_READ:
        return {"legal_basis": "§ 3 a og § 3 b brukes ikke på nye resepter. Velg § 3."}
    if terms.legal_basis not in LEGAL_BASES:
        return {"legal_basis": "Denne hjemmelen kan ikke brukes for legemidler."}
    if terms.legal_basis in NEED_CODE and not (terms.reimbursement_code and terms.reimbursement_system):
        return {"reimbursement_code": "Hjemmelen krever refusjonskode."}
    return {}
