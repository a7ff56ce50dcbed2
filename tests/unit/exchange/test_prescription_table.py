"""Every kind of prescription by every profession: the right M1, valid and as agreed, or the right words of refusal."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from sfm.core import clock
from sfm.exchange.translate import particulars, parties, prescription, reimbursement
from sfm.identity.models import Practitioner
from sfm.medication.queries import reimbursement_options
from sfm.medication.rules import (
    decisions,
    particular_checks,
    product_kinds,
    reimbursement_choice,
    validation,
)
from sfm.wire import m1, schemas
from tests.factories import prescription_table as table
from tests.unit.wire import official

if TYPE_CHECKING:
    from sfm.medication.rules.decisions import Decision
    from sfm.medication.rules.reimbursement import Option

FEST = datetime(2026, 3, 1, 8, tzinfo=UTC)
GOLDEN = Path(__file__).parents[2] / "golden" / "prescriptions.txt"
CASES = table.cases()
LEFT_OUT = {"Forskrivningsdato", "Utloper", "OppdatertFest", "TidligsteUtlevering", "Dosering"}
TAKEN = tuple(case for case in CASES if not case.refused)
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
each_taken = pytest.mark.parametrize("case", TAKEN, ids=lambda case: case.name)


def problems(case: table.Case) -> dict[str, str]:
    who, today = table.actor(case.by), clock.today()
    found = validation.check(case.content, today=today, actor=who)
    granted, options = payers(case)
    wrong = reimbursement_choice.problem(
        case.terms,
        options,
        granted=granted,
        applied=bool(case.waiting),
        judged=case.listed is not None,
    )
    if wrong and payer_matters(case):
        found = {"legal_basis": wrong} | found
    return found | particular_checks.of_person(case.terms, case.person, today)


def payer_matters(case: table.Case) -> bool:
    """§ 5 and § 6 follow from the group, and are judged with it."""
    return not product_kinds.is_ware(case.content.product.kind)


def payers(case: table.Case) -> tuple[tuple[Decision, ...], tuple[Option, ...]]:
    product, today = case.content.product, clock.today()
    if not payer_matters(case) or not case.terms.legal_basis:
        return (), ()
    granted = decisions.valid_for(
        case.decisions, today, atc=product.atc, fest_id=product.fest_id, name=product.name_form_strength
    )
    listed: Any = case.listed
    return granted, reimbursement_options.of(product, listed, today, granted=granted, waiting=case.waiting)


def built(case: table.Case) -> m1.Prescription:
    locked = particular_checks.needs_number(case.terms.particulars, has_number=case.person.has_number)
    body = prescription.to_m1(
        case.content,
        case.terms,
        prescribed_on=clock.today(),
        catalogue_updated_at=FEST,
        package=case.package,
        reference_number=table.REFERENCE if locked else "",
    )
    granted, options = payers(case)
    return reimbursement.settled(body, case.terms, options, granted)


def essence(message: etree._Element) -> str:
    """What a message says, without its dates: each leaf with its text and codes, one line."""
    said = []
    for element in message.iter():
        name = etree.QName(element).localname
        inside = {etree.QName(above).localname for above in (element, *element.iterancestors())}
        if len(element) or inside & LEFT_OUT:
            continue
        code = " ".join(element.get(key, "") for key in ("V", "U") if element.get(key))
        said.append(f"{name}={(element.text or '').strip() or code}")
    return " | ".join(said)


def agreed() -> dict[str, str]:
    text = GOLDEN.read_text(encoding="utf-8")
    return dict(re.findall(r"^# (.+)\n(.+)$", text, re.MULTILINE))


def test_the_table_is_wide_enough():
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
    assert {case.by for case in CASES} == set(table.PROFESSIONS)
    assert set(agreed()) == {case.name for case in TAKEN}


@each
def test_a_prescription_is_refused_in_the_right_words_or_taken(case):
    found = problems(case)
    if case.refused:
        assert any(case.refused in text for text in found.values()), found
    else:
        assert found == {}


@each_taken
def test_what_is_taken_becomes_the_agreed_m1(case):
    official.folder()
    message = m1.PRESCRIPTION.to_xml(built(case))
    assert schemas.validate(message) == []
    assert essence(etree.fromstring(message)) == agreed()[case.name]


@each_taken
def test_what_is_written_reads_back_as_it_was(case):
    said = case.terms.particulars
    extension = particulars.extension(said)
    body = m1.parse(m1.PRESCRIPTION.to_xml(built(case)))
    back = particulars.read(body, (extension,) if extension else ())
    assert back.unlicensed == said.unlicensed
    assert back.diagnosis == said.diagnosis
    assert back.initiator == said.initiator
    assert (back.guardian_reservation, back.own_practice, back.own_name, back.lar) == (
        said.guardian_reservation,
        said.own_practice,
        said.own_name,
        said.lar,
    )
    assert (back.dispensing_request is None) == (said.dispensing_request is None)


def test_the_prescribers_speciality_is_said_when_there_is_one():
    official.folder()
    said = parties.speciality(Practitioner(specialities=["37", "1"]))
    assert (said.code, said.display) == ("37", "Nevrologi")
    assert parties.speciality(Practitioner(specialities=[])) is None
    message = m1.PRESCRIPTION.to_xml(replace(built(TAKEN[0]), speciality=said))
    assert schemas.validate(message) == []
    assert m1.parse(message).speciality == said
