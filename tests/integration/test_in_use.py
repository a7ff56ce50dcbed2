"""The list page: constant SQL, the groups, the words, and what each person may do."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sfm.core import clock, names
from sfm.core.errors import NotFound
from sfm.medication.actions import drafts, proposals, treatments
from sfm.medication.models import SourceStatus, Treatment
from sfm.medication.queries import content, detail, grouping, in_use
from sfm.medication.queries import drafts as draft_views
from tests.factories import contents
from tests.factories import treatments as rows

pytestmark = pytest.mark.usefixtures("in_journal")


@pytest.fixture
def patient():
    return uuid4()


def page(patient, actor):
    return in_use.load(patient, actor=actor)


def group(shown, key):
    return next((g.rows for g in shown.groups if g.key == key), ())


@pytest.mark.parametrize("many", [5, 200])
def test_seven_queries_however_long(prescriber, patient, many):
    for _ in range(many):
        rows.with_prescription(patient)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        shown = page(patient, prescriber)
    assert len([q for q in asked if "SELECT" in q["sql"]]) <= 7
    assert shown.total == many


def test_an_unknown_patient_has_an_empty_list(prescriber, patient):
    shown = page(patient, prescriber)
    assert shown.is_empty
    assert shown.pll_text == "Uten PLL"
    assert not shown.reactions.none_known


def test_the_list_without_groups_by_atc_and_by_name_keeps_what_is_past_apart(prescriber, patient):
    rows.treatment(patient, content=contents.content(product=contents.SIMVASTATIN))
    rows.treatment(patient, content=contents.content(product=contents.OXYCODONE), review="unseen_new")
    rows.treatment(patient, lifecycle="discontinued", discontinued_at=clock.now())
    groups = page(patient, prescriber).groups
    assert grouping.by(groups, "attention") is groups

    def told(choice):
        return [(one.title, [row.substance for row in one.rows]) for one in grouping.by(groups, choice)][:-1]

    assert grouping.by(groups, "none")[-1] == groups[-1]
    assert told("none") == [("I bruk", ["oksykodon", "simvastatin"])]
    assert told("substance") == [("I bruk", ["oksykodon", "simvastatin"])]
    by_letter = [("C – Hjerte og kretsløp", ["simvastatin"]), ("N – Nervesystemet", ["oksykodon"])]
    assert told("atc") == by_letter


def test_multidose_on_paper_warns_of_prescribing_twice(prescriber, patient):
    rows.medication_list(patient, multidose_pharmacy="Oppdiktet apotek")
    assert page(patient, prescriber).notices == (in_use.ON_PAPER,)
    rows.medication_list(patient, multidose_physician="Dr. Demoberg")
    assert not page(patient, prescriber).notices


def test_each_row_stands_in_its_group(prescriber, patient):
    now = clock.now()
    rows.medication_list(patient, has_pll=True)
    rows.treatment(patient, use_type="1")
    rows.treatment(patient, use_type="3")
    rows.treatment(patient, in_multidose=True)
    rows.treatment(patient, review="unseen_new")
    rows.treatment(patient, review="pending_decision")
    rows.treatment(patient, review="history_only")
    rows.treatment(patient, lifecycle="discontinued", discontinued_at=now - timedelta(days=5))
    rows.treatment(patient, lifecycle="discontinued", discontinued_at=now - timedelta(days=95))
    shown = page(patient, prescriber)
    assert {g.key: len(g.rows) for g in shown.groups} == {
        "must_handle": 1,
        "news": 1,
        "permanent": 1,
        "as_needed": 1,
        "multidose": 1,
        "inactive": 1,
        "discontinued": 1,
    }
    assert shown.news_count == 1
    assert in_use.load(patient, actor=prescriber, show_discontinued=True).total == 8


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({}, "I bruk"),
        ({"review": "unseen_new"}, "Ny"),
        ({"review": "unseen_changed"}, "Endret"),
        ({"review": "pending_decision"}, "Inaktiv"),
        ({"review": "unseen_changed", "difference": {"conflict": True}}, "Konflikt"),
        ({"lifecycle": "suspended"}, "Pauset"),
        ({"lifecycle": "discontinued"}, "Seponert"),
    ],
)
def test_the_status_is_never_blank(prescriber, patient, columns, word):
    row = rows.treatment(patient, **columns)
    assert in_use.row(row.pk, patient_key=patient, actor=prescriber).status.text == word


def test_the_nurse_sees_the_row_and_may_only_draft(nurse, prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    shown = in_use.row(row.pk, patient_key=patient, actor=nurse)
    assert shown.actions == (
        "draft_renew",
        "draft_change",
        "draft_discontinue",
        "draft_recall",
        "register_reaction",  # proposed
        "detail",
    )
    doctors = in_use.row(row.pk, patient_key=patient, actor=prescriber)
    assert doctors.actions == (
        "renew",
        "renew_with_change",
        "change",
        "discontinue",
        "suspend",
        "recall",
        "change_product",
        "change_use_type",
        "set_review_date",
        "copy_as_new",
        "mark_entered_in_error",
        "register_reaction",
        "detail",
    )


def test_in_use_is_proposed_by_who_may_not_confirm_and_once(nurse, prescriber, patient):
    row = rows.treatment(patient, review="pending_decision")
    assert in_use.row(row.pk, patient_key=patient, actor=nurse).actions[0] == "draft_confirm"
    asked = in_use.row(row.pk, patient_key=patient, actor=prescriber).actions
    given = replace(nurse, permissions=nurse.permissions | {"lib.confirm_in_use"})
    assert asked[0] == in_use.row(row.pk, patient_key=patient, actor=given).actions[0] == "confirm"
    assert not {"draft_confirm", "draft_recall"} & set(asked)
    proposals.confirm(treatment_id=row.pk, by=nurse, patient=patient, version=row.version)
    assert "draft_confirm" not in in_use.row(row.pk, patient_key=patient, actor=nurse).actions


def test_a_draft_of_a_new_treatment_is_a_row_to_handle(nurse, prescriber, patient):
    drafts.submit(kind="new_treatment", content=contents.content(), by=nurse, patient=patient)
    (row,) = group(page(patient, prescriber), "must_handle")
    assert (row.kind, row.status.text) == ("draft", "Utkast")
    assert row.status.detail == f"av {names.short(nurse.name)}"
    assert row.actions == ("approve_draft", "reject_draft")
    (view,) = draft_views.load(patient, prescriber)
    assert ("Dosering", "", "1\u00a0tablett morgen og kveld") in view.changes


def test_a_draft_of_a_narcotic_says_so(nurse, prescriber, patient):
    narcotic = contents.content(product=contents.OXYCODONE)
    drafts.submit(kind="new_treatment", content=narcotic, by=nurse, patient=patient)
    (row,) = group(page(patient, prescriber), "must_handle")
    assert [badge.text for badge in row.badges] == ["A"]


def test_a_refused_prescription_is_never_called_dispensable(prescriber, patient):
    row = rows.treatment(patient)
    rows.prescription(row, by=prescriber, delivery="rejected", rf_status="E")
    cell = in_use.row(row.pk, patient_key=patient, actor=prescriber).prescription
    assert (cell.status, cell.tone) == ("Avvist", "rejected")


@pytest.mark.parametrize(
    ("group", "days", "marked"), [("C", 59, True), ("C", 61, False), ("A", 59, False), ("B", 59, False)]
)
def test_what_expires_soon_can_be_marked_at_once_but_never_a_and_b(prescriber, patient, group, days, marked):
    row = rows.treatment(patient, dispensing_group=group)
    rows.prescription(row, by=prescriber, expires_on=clock.today() + timedelta(days=days))
    assert in_use.row(row.pk, patient_key=patient, actor=prescriber).expiring is marked


def test_sources_say_their_age(prescriber, patient):
    now = clock.now()
    SourceStatus.objects.create(patient_key=patient, source="KJ", state="failed", error_text="svarer ikke")
    SourceStatus.objects.create(patient_key=patient, source="RF", state="ok", succeeded_at=now)
    shown = page(patient, prescriber)
    assert [(line.source, line.text) for line in shown.sources] == [
        ("RF", f"{clock.local(now):%H:%M}"),
        ("KJ", "svarer ikke"),
    ]


def test_the_form_starts_from_the_row(prescriber, patient):
    made = treatments.create(content=contents.content(), by=prescriber, patient=patient)
    editable = content.of(made.pk, patient_key=patient, actor=prescriber)
    assert editable.content == contents.content()
    assert editable.version == made.version


def test_the_detail_tells_the_history(prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    treatments.change(
        treatment_id=row.pk,
        content=contents.content(dosage=contents.dosage("1+0+0")),
        by=prescriber,
        patient=patient,
        version=row.version,
    )
    shown = detail.load(row.pk, patient_key=patient, actor=prescriber)
    assert shown.history[0].verb == "Endret"
    assert ("Dosering", "1\u00a0tablett morgen og kveld", "1\u00a0tablett morgen") in shown.history[0].changes
    assert len(shown.prescriptions) == 2


@pytest.mark.parametrize("fetch", [in_use.row, detail.load, content.of])
def test_another_patients_row_does_not_exist(prescriber, patient, fetch):
    row = rows.treatment(uuid4())
    with pytest.raises(NotFound):
        fetch(row.pk, patient_key=patient, actor=prescriber)


def strength_of(patient, actor):
    return page(patient, actor).groups[0].rows[0].strength


def test_a_change_is_seen_by_whoever_looks_next(prescriber, patient):
    """The rows are remembered between looks, but never past a change, whoever makes it and however."""
    rows.medication_list(patient)
    row = rows.with_prescription(patient)
    assert page(patient, prescriber).total == 1
    Treatment.objects.filter(pk=row.pk).update(strength="999 mg")
    assert strength_of(patient, prescriber) == "999 mg"
    rows.with_prescription(patient)
    assert page(patient, prescriber).total == 2


def test_a_change_that_is_rolled_back_is_never_shown(prescriber, patient):
    rows.medication_list(patient)
    row = rows.with_prescription(patient)
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        Treatment.objects.filter(pk=row.pk).update(strength="999 mg")
        assert strength_of(patient, prescriber) == "999 mg"
        raise ZeroDivisionError
    Treatment.objects.filter(pk=row.pk).update(strength="5 mg")
    assert strength_of(patient, prescriber) == "5 mg"


def test_a_colleague_with_fewer_rights_never_gets_anothers_rows(prescriber, nurse, patient):
    rows.medication_list(patient)
    rows.with_prescription(patient)
    assert "renew" in page(patient, prescriber).groups[0].rows[0].actions
    assert "renew" not in page(patient, nurse).groups[0].rows[0].actions
