"""Warnings over the demo catalogue: what fires, who may settle it, and what stops the signing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sfm.audit.models import AuditEvent
from sfm.core import clock
from sfm.core.errors import Conflict, Forbidden, Invalid
from sfm.exchange import signing
from sfm.fest import catalogue, search
from sfm.medication import prescribing
from sfm.medication.actions import discontinuation, drafts, reactions, treatments
from sfm.medication.actions import warnings as acts
from sfm.medication.models import MedicationList, TreatmentEvent, WarningDecision
from sfm.medication.queries import detail, in_use, remembered, warnings
from sfm.medication.queries import drafts as proposed
from tests.factories import contents, sending
from tests.factories import treatments as rows

pytestmark = pytest.mark.usefixtures("in_journal", "fest")


@pytest.fixture
def patient(doctor):
    key = sending.patient()
    sending.looked_up(key)
    rows.medication_list(key)
    return key


def content(said: str, dose: str = "1+0+1", **given: Any):
    product = prescribing.product_of(catalogue.product(search.search(said).hits[0].product))
    return contents.content(product=product, dosage=contents.dosage(dose), **given)


def uses(patient, said: str, **given: Any):
    return rows.with_prescription(patient, content=content(said), **given)


def grades(card) -> list[str]:
    return [line.grade for line in card.lines]


def met(said: str, patient, actor, **given: Any):
    return warnings.of_content(content(said), patient_key=patient, actor=actor, **given)


@pytest.mark.parametrize(
    ("in_list", "new", "expected"),
    [
        ("warfarin 2,5", "ibuprofen 400", ["red"]),
        ("warfarin 2,5", "flukonazol", ["red"]),
        ("apiksaban", "karbamazepin", ["red"]),
        ("simvastatin", "klaritromycin", ["red"]),
        ("metotreksat", "trimetoprim", ["red"]),
        ("litium", "naproksen", ["red"]),
        ("ramipril", "spironolakton", ["yellow"]),
        ("oksykodon", "zopiklon", ["yellow"]),
        ("ibuprofen 400", "paracetamol 500", []),  # relevance 3 is told on demand only
        ("metoprolol", "warfarin 2,5", []),
        ("paracetamol 500", "paralgin", ["duplicate"]),  # Paralgin forte holds paracetamol
        ("atorvastatin", "simvastatin", ["duplicate"]),
    ],
)
def test_what_the_catalogue_says(doctor, patient, in_list, new, expected):
    uses(patient, in_list)
    assert grades(met(new, patient, doctor)) == expected


def test_the_card_says_what_was_checked_and_against_what(doctor, patient):
    uses(patient, "warfarin 2,5")
    uses(patient, "ibuprofen 400")
    card = met("paracetamol 500", patient, doctor)
    assert card.checked.startswith("Kontrollert mot 2 andre legemidler, FEST ")
    assert [line.title for line in card.quiet] == ["Ingen tiltak nødvendig: ibuprofen"]
    (line,) = card.lines
    assert all((line.handling, line.consequence, line.criterion))


def test_what_nobody_has_judged_is_never_shown_as_safe(doctor, patient):
    unknown = replace(
        contents.METOPROLOL, kind="text", atc="", substance_ids=(), fest_id="", substance="Urtete"
    )
    row = rows.treatment(patient, content=contents.content(product=unknown))
    card = warnings.of_treatment(row.pk, patient_key=patient, actor=doctor)
    assert not card.assessed
    assert met("metoprolol", patient, doctor).not_assessed == ("urtete",)
    (mark,) = in_use.row(row.pk, patient_key=patient, actor=doctor).marks
    assert (mark.letter, mark.name) == ("?", "Ikke kontrollert for interaksjoner")


def test_both_rows_are_marked_and_the_detail_explains(doctor, patient):
    warfarin, ibuprofen = uses(patient, "warfarin 2,5"), uses(patient, "ibuprofen 400")
    shown = {row.id: row for group in in_use.load(patient, actor=doctor).groups for row in group.rows}
    assert [mark.name for mark in shown[warfarin.pk].marks] == ["Interaksjon, bør unngås: ibuprofen"]
    assert [mark.letter for mark in shown[ibuprofen.pk].marks] == ["R"]
    assert in_use.row(warfarin.pk, patient_key=patient, actor=doctor).marks == shown[warfarin.pk].marks


def test_what_has_ended_meets_nothing(doctor, patient):
    row = uses(patient, "warfarin 2,5")
    discontinuation.discontinue(
        treatment_id=row.pk, reason="A", at=None, by=doctor, patient=patient, version=row.version
    )
    assert grades(met("ibuprofen 400", patient, doctor)) == []


def test_a_draft_is_marked_by_the_list_and_marks_nothing(doctor, nurse, patient):
    warfarin = uses(patient, "warfarin 2,5")
    given = {"kind": "new_treatment", "by": nurse, "patient": patient}
    drafts.submit(content=content("ibuprofen 400", prescription=None), **given)
    shown = [row for group in in_use.load(patient, actor=doctor).groups for row in group.rows]
    assert {row.kind: [mark.kind for mark in row.marks] for row in shown} == {
        "draft": ["red"],
        "treatment": [],
    }
    assert warfarin.pk in {row.id for row in shown}
    (view,) = proposed.load(patient, doctor)
    assert (grades(view.card), view.together) == (["red"], False), "judged anew for whoever approves"
    with pytest.raises(Invalid, match="hvert for seg"):
        drafts.approve_many(ids=[view.id], by=doctor, patient=patient)
    other = drafts.submit(content=content("warfarin 2,5", prescription=None), **given)
    treatments.discontinue(
        treatment_id=warfarin.pk, reason="A", by=doctor, patient=patient, version=warfarin.version
    )
    assert all(one.together for one in proposed.load(patient, doctor))
    with pytest.raises(Invalid, match="hvert for seg"):  # alone each is safe, together they are not
        drafts.approve_many(ids=[view.id, other.pk], by=doctor, patient=patient)


def register(patient, by, kind: str, code: str, text: str):
    return reactions.register(
        agent_kind=kind, agent_code=code, agent_text=text, reaction="1", certainty="3", by=by, patient=patient
    )


def test_a_reaction_fires_in_list_and_form(doctor, patient):
    row = uses(patient, "ibuprofen 400")
    register(patient, doctor, "atc", "M01A", "NSAID")
    assert [mark.letter for mark in in_use.row(row.pk, patient_key=patient, actor=doctor).marks] == ["CAVE"]
    assert "anafylaktisk reaksjon" in met("naproksen", patient, doctor).lines[0].detail


def test_an_excipient_fires_for_the_brands_that_hold_it(doctor, patient):
    product = catalogue.product(search.search("ibuprofen 400").hits[0].product)
    inside = {name for brand in product.brands for name in brand.excipients}
    register(patient, doctor, "excipient", "", min(inside))
    assert grades(met("ibuprofen 400", patient, doctor)) == ["cave"]


def key_of(card, grade: str = "red") -> str:
    return next(line.key for line in card.lines if line.grade == grade)


def decide(row, by, reason: str = "monitored", grade: str = "red", **given: Any) -> WarningDecision:
    card = warnings.of_treatment(row.pk, patient_key=row.patient_key, actor=by)
    return acts.decide(
        key=key_of(card, grade), reason=reason, treatment_id=row.pk, by=by, patient=row.patient_key, **given
    )


def blocking(patient, by) -> list[tuple[str, str]]:
    review = signing.review(patient_key=patient, by=by, session_id="s")
    return [(blocker.code, blocker.subject) for blocker in review.blockers]


def test_red_blocks_the_signing_until_it_is_handled_and_is_not_asked_again(doctor, patient):
    uses(patient, "warfarin 2,5", by=doctor)
    row = treatments.create(content=content("ibuprofen 400"), by=doctor, patient=patient)
    assert blocking(patient, doctor) == [("B2", row.name_form_strength)]
    with pytest.raises(Invalid, match="Bør unngås: warfarin"):
        sending.sign(patient, doctor)
    decide(row, doctor)
    assert blocking(patient, doctor) == []
    assert sending.sign(patient, doctor).prescriptions == 1
    row.refresh_from_db()
    treatments.renew(
        treatment_id=row.pk, terms=contents.terms(), by=doctor, patient=patient, version=row.version
    )
    assert blocking(patient, doctor) == []


def test_a_reaction_blocks_as_b3(doctor, patient):
    row = treatments.create(content=content("ibuprofen 400"), by=doctor, patient=patient)
    register(patient, doctor, "atc", "M01AE", "NSAID")
    assert [code for code, _ in blocking(patient, doctor)] == ["B3"]
    decide(row, doctor, "wrong_reaction", "cave")
    assert blocking(patient, doctor) == []


def test_only_what_is_signed_now_is_asked_about(doctor, patient):
    uses(patient, "warfarin 2,5", by=doctor)
    uses(patient, "ibuprofen 400", by=doctor)
    treatments.create(content=content("metoprolol"), by=doctor, patient=patient)
    assert blocking(patient, doctor) == []


def test_yellow_and_duplicates_never_block(doctor, patient):
    uses(patient, "ramipril", by=doctor)
    treatments.create(content=content("spironolakton"), by=doctor, patient=patient)
    treatments.create(content=content("ramipril"), by=doctor, patient=patient)
    assert blocking(patient, doctor) == []


def test_a_raised_dose_asks_again_and_a_lower_one_does_not(doctor, patient):
    uses(patient, "warfarin 2,5", by=doctor)
    row = treatments.create(content=content("ibuprofen 400"), by=doctor, patient=patient)
    decide(row, doctor)
    for dose, expected in (("1+0+0", []), ("1+1+1", ["B2"])):
        row.refresh_from_db()
        row = treatments.change(
            treatment_id=row.pk,
            content=content("ibuprofen 400", dose),
            by=doctor,
            patient=patient,
            version=row.version,
        )
        assert [code for code, _ in blocking(patient, doctor)] == expected
    (line,) = warnings.of_treatment(row.pk, patient_key=patient, actor=doctor).lines
    assert line.returned.startswith("Dosen er økt")


def test_twelve_months_later_it_asks_again(doctor, patient):
    uses(patient, "warfarin 2,5")
    row = uses(patient, "ibuprofen 400")
    decide(row, doctor)
    with clock.frozen_at(clock.now() + timedelta(days=366)):
        assert warnings.unhandled(patient, {row.pk})
    assert not warnings.unhandled(patient, {row.pk})


def test_a_decision_made_before_the_dose_is_measured_against_the_dose_that_was_meant(doctor, patient):
    uses(patient, "warfarin 2,5", by=doctor)
    blank = content("ibuprofen 400", "")
    key = key_of(warnings.of_content(blank, patient_key=patient, actor=doctor))
    acts.decide(key=key, reason="short", content=blank, by=doctor, patient=patient)
    row = treatments.create(content=content("ibuprofen 400", "1+0+0"), by=doctor, patient=patient)
    acts.complete(treatment_id=row.pk, by=doctor, patient=patient)
    assert blocking(patient, doctor) == []
    treatments.change(
        treatment_id=row.pk,
        content=content("ibuprofen 400", "1+1+1"),
        by=doctor,
        patient=patient,
        version=row.version,
    )
    assert [code for code, _ in blocking(patient, doctor)] == ["B2"]


def test_colleagues_see_who_decided_and_why(doctor, nurse, patient):
    uses(patient, "warfarin 2,5")
    row = uses(patient, "ibuprofen 400")
    made = decide(row, doctor, "other", text="Kontrollert av hematolog")
    for colleague in (doctor, nurse):
        (mark,) = in_use.row(row.pk, patient_key=patient, actor=colleague).marks
        assert mark.kind == "red handled"
        assert mark.name.endswith(f"av {doctor.name}: Kontrollert av hematolog")
    assert "Varsel håndtert" in {
        h.verb for h in detail.load(row.pk, patient_key=patient, actor=nurse).history
    }
    assert TreatmentEvent.objects.filter(patient_key=patient, verb="warning_decided").count() == 2
    assert AuditEvent.objects.filter(action="warning.decided", subject_id=str(made.pk)).count() == 1


def test_the_nurse_sees_the_warning_and_has_no_way_past_it(doctor, nurse, patient):
    uses(patient, "warfarin 2,5")
    row = uses(patient, "ibuprofen 400")
    (line,) = warnings.of_treatment(row.pk, patient_key=patient, actor=nurse).lines
    assert line.handling
    assert not line.reasons
    with pytest.raises(Forbidden):
        acts.decide(key=line.key, reason="monitored", treatment_id=row.pk, by=nurse, patient=patient)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"reason": "fordi"}, Invalid),
        ({"reason": "other", "text": "  "}, Invalid),
        ({"reason": "wrong_reaction"}, Invalid),  # this is an interaction
        ({"key": "0" * 40}, Conflict),
        ({"action": "slettet"}, Invalid),
    ],
)
def test_a_decision_without_ground_is_refused(doctor, patient, given, error):
    uses(patient, "warfarin 2,5")
    row = uses(patient, "ibuprofen 400")
    key = key_of(warnings.of_treatment(row.pk, patient_key=patient, actor=doctor))
    usual = {"key": key, "reason": "monitored", "treatment_id": row.pk}
    with pytest.raises(error):
        acts.decide(**(usual | given), by=doctor, patient=patient)
    assert not WarningDecision.objects.filter(patient_key=patient).exists()


def test_a_decision_is_never_changed(doctor, patient):
    uses(patient, "warfarin 2,5")
    decide(uses(patient, "ibuprofen 400"), doctor)
    with pytest.raises(IntegrityError), transaction.atomic():
        WarningDecision.objects.filter(patient_key=patient).update(reason_code="short")


def test_the_list_remembers_what_alerts_cost(doctor, patient):
    for said in ("warfarin 2,5", "ibuprofen 400", "metoprolol", "ramipril"):
        uses(patient, said)
    in_use.load(patient, actor=doctor)
    remembered.forget()
    with CaptureQueriesContext(connection) as anew:
        in_use.load(patient, actor=doctor)
    with CaptureQueriesContext(connection) as again:
        in_use.load(patient, actor=doctor)
    assert (len(anew), len(again)) == (8, 2)


def test_a_decision_makes_the_remembered_list_forgotten(doctor, patient):
    uses(patient, "warfarin 2,5")
    row = uses(patient, "ibuprofen 400")
    before = in_use.load(patient, actor=doctor)
    decide(row, doctor)
    assert in_use.load(patient, actor=doctor).memory_key != before.memory_key
    assert MedicationList.objects.get(patient_key=patient).version > before.version


def test_alternatives_are_of_the_same_group_and_silent(doctor, patient):
    uses(patient, "klaritromycin")
    card = met("simvastatin", patient, doctor)
    assert grades(card) == ["red"]
    assert "simvastatin" not in card.alternatives
    assert "atorvastatin" not in card.alternatives  # it meets klaritromycin too
    assert Decimal(len(card.alternatives)) <= 4
