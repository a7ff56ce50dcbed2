"""What a prescriber can do with a draft: approve, with a change, together with others, later, or in spite of news."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from sfm.core import names
from sfm.core.errors import Conflict, Forbidden, Invalid
from sfm.exchange import signing
from sfm.medication.actions import drafts, proposals, treatments
from sfm.medication.models import Draft, JournalNote, Treatment, WorkItem
from sfm.medication.queries import drafts as views
from sfm.medication.queries import in_use
from tests.factories import contents, sending
from tests.factories import treatments as rows

if TYPE_CHECKING:
    from sfm.core.actor import Actor

pytestmark = pytest.mark.usefixtures("in_journal")


@pytest.fixture
def patient() -> UUID:
    return uuid4()


def open_tasks(code: int) -> int:
    return WorkItem.objects.filter(code=code, open=True).count()


def proposed(nurse: Actor, patient: UUID, **given: Any) -> Draft:
    content = contents.content(**given)
    return drafts.submit(kind="new_treatment", content=content, by=nurse, patient=patient)


def test_approved_with_a_change_keeps_what_the_author_wrote(nurse, prescriber, patient):
    draft = proposed(nurse, patient)
    mine = contents.content(dosage=contents.dosage("1+0+0"))
    row = drafts.approve(draft_id=draft.pk, by=prescriber, patient=patient, content=mine)
    kept = Draft.objects.get()
    assert (kept.state, row.dosage_text) == ("approved_changed", "1\u00a0tablett morgen")
    assert views.content_of(draft.pk, patient_key=patient) == contents.content()


def test_task_3_becomes_task_4_and_both_end(nurse, prescriber, patient):
    draft = proposed(replace(nurse, on_behalf_of=prescriber.hpr), patient)
    assert (open_tasks(3), open_tasks(4)) == (1, 0)
    row = drafts.approve(draft_id=draft.pk, by=prescriber, patient=patient)
    assert (open_tasks(3), open_tasks(4)) == (0, 1)
    treatments.undo(treatment_id=row.pk, by=prescriber, patient=patient, version=row.version)
    assert open_tasks(4) == 0


def test_each_decision_leaves_one_note(nurse, prescriber, patient):
    drafts.approve(draft_id=proposed(nurse, patient).pk, by=prescriber, patient=patient)
    drafts.reject(draft_id=proposed(nurse, patient).pk, by=prescriber, patient=patient, note="Ikke nå")
    drafts.withdraw(draft_id=proposed(nurse, patient).pk, by=nurse, patient=patient)
    events = list(JournalNote.objects.order_by("at").values_list("event", flat=True))
    assert events == [
        "DraftCreated",
        "DraftApproved",
        "DraftCreated",
        "DraftRejected",
        "DraftCreated",
        "DraftWithdrawn",
    ]


def test_all_at_once_but_never_what_is_addictive(nurse, prescriber, patient):
    plain = [proposed(nurse, patient), proposed(nurse, patient, product=contents.SIMVASTATIN)]
    strong = proposed(nurse, patient, product=contents.OXYCODONE)
    shown = {view.id: view.together for view in views.load(patient, prescriber)}
    assert shown == {plain[0].pk: True, plain[1].pk: True, strong.pk: False}
    with pytest.raises(Invalid, match="hvert for seg"):
        drafts.approve_many(ids=[*shown], by=prescriber, patient=patient)
    assert not Treatment.objects.exists()
    assert drafts.approve_many(ids=[one.pk for one in plain], by=prescriber, patient=patient) == 2


def test_deferred_it_can_still_be_decided(nurse, prescriber, patient):
    draft = proposed(nurse, patient)
    with pytest.raises(Invalid):
        drafts.defer(draft_id=draft.pk, by=prescriber, patient=patient, note="")
    drafts.defer(draft_id=draft.pk, by=prescriber, patient=patient, note="Venter på prøvesvar")
    (view,) = views.load(patient, prescriber)
    assert view.deferred.startswith("Venter på prøvesvar")
    (shown,) = [row for group in in_use.load(patient, actor=nurse).groups for row in group.rows]
    assert (shown.status.text, shown.status.detail) == ("Utkast", f"utsatt av {names.short(prescriber.name)}")
    assert shown.prescription.status == "Utsatt"
    assert open_tasks(3) == 1
    drafts.approve(draft_id=draft.pk, by=prescriber, patient=patient)
    assert open_tasks(3) == 0


def test_a_draft_stops_the_sending_of_whoever_may_decide_it_until_it_is_put_off(nurse, prescriber):
    sending.unit(prescriber)
    patient = sending.patient()
    sending.looked_up(patient)

    def stopped(by: Actor) -> bool:
        found = signing.review(patient_key=patient, by=by, session_id="s").blockers
        return any(blocker.code == "B4" for blocker in found)

    draft = proposed(nurse, patient)
    assert stopped(prescriber)
    assert not stopped(replace(prescriber, permissions=prescriber.permissions - {"draft.approve"}))
    assert not stopped(replace(prescriber, practitioner_id=nurse.practitioner_id))
    drafts.defer(draft_id=draft.pk, by=prescriber, patient=patient, note="Venter på prøvesvar")
    assert not stopped(prescriber)


def moved(nurse: Actor, prescriber: Actor, patient: UUID) -> tuple[Treatment, Draft]:
    """The nurse proposes another dose; the doctor changes the indication meanwhile."""
    row = rows.treatment(patient)
    dose = contents.content(prescription=None, dosage=contents.dosage("1+0+0"))
    draft = drafts.submit(kind="change", content=dose, treatment_id=row.pk, by=nurse, patient=patient)
    why = contents.content(prescription=None, indication_text="Mot migrene")
    treatments.change(treatment_id=row.pk, content=why, by=prescriber, patient=patient, version=row.version)
    return Treatment.objects.get(pk=row.pk), draft


def test_a_moved_base_is_shown_three_ways_and_the_author_is_told(nurse, prescriber, patient):
    row, _draft = moved(nurse, prescriber, patient)
    (view,) = views.load(patient, prescriber)
    assert {one.label: one.chosen for one in view.three_way.choices} == {
        "Dosering": "ours",
        "Bruksområde": "theirs",
    }
    assert (view.three_way.by, view.three_way.version) == (prescriber.name, row.version)
    assert WorkItem.objects.get(code=110, open=True).owner_id == nurse.practitioner_id


def test_nothing_is_approved_on_a_base_nobody_has_seen(nurse, prescriber, patient):
    row, draft = moved(nurse, prescriber, patient)
    for seen in (None, row.version - 1):
        with pytest.raises(Conflict, match="Se over forskjellene"):
            drafts.approve(draft_id=draft.pk, by=prescriber, patient=patient, seen_version=seen)
    drafts.approve(draft_id=draft.pk, by=prescriber, patient=patient, seen_version=row.version)
    assert open_tasks(110) == 0


def test_what_the_nurse_proposes_from_a_row_is_done_by_the_approver(nurse, prescriber, patient):
    loose = rows.treatment(patient, review="pending_decision")
    taken = proposals.confirm(treatment_id=loose.pk, by=nurse, patient=patient, version=loose.version)
    given = rows.with_prescription(patient, by=prescriber)
    proposals.recall(treatment_id=given.pk, by=nurse, patient=patient, version=given.version)
    with pytest.raises(Conflict, match="allerede et utkast"):
        proposals.recall(treatment_id=given.pk, by=nurse, patient=patient, version=given.version)
    with pytest.raises(Forbidden):
        proposals.confirm(treatment_id=loose.pk, by=prescriber, patient=patient, version=loose.version)
    without = replace(nurse, permissions=nurse.permissions - {"lib.draft"})
    with pytest.raises(Forbidden):
        proposals.recall(treatment_id=given.pk, by=without, patient=patient, version=given.version)
    shown = views.load(patient, prescriber)
    assert [view.kind for view in shown] == ["confirm", "recall"]
    assert all(view.changes for view in shown)
    drafts.approve(draft_id=taken.pk, by=prescriber, patient=patient)
    recalled = drafts.approve(draft_id=given.pk, by=prescriber, patient=patient)
    assert (Treatment.objects.get(pk=loose.pk).review, recalled.unsent_verb) == ("confirmed", "recalled")


def test_in_use_is_proposed_of_many_but_never_of_a_conflict_or_twice(nurse, prescriber, patient):
    plain = [rows.treatment(patient, review="pending_decision") for _ in range(2)]
    conflict = rows.treatment(patient, review="unseen_changed", difference={"conflict": True})
    marked = [(row.pk, row.version) for row in (*plain, conflict)]
    assert proposals.confirm_many(ids=marked, by=nurse, patient=patient) == 2
    assert {draft.treatment_id for draft in Draft.objects.all()} == {row.pk for row in plain}
    with pytest.raises(Invalid, match="hver for seg"):
        proposals.confirm_many(ids=marked, by=nurse, patient=patient)


def test_the_author_changes_a_draft_until_somebody_decides(nurse, prescriber, patient):
    draft = proposed(nurse, patient)
    seen, new = drafts.stamp(draft), contents.content(dosage=contents.dosage("1+0+0"))
    on = {"draft_id": draft.pk, "patient": patient}
    drafts.defer(**on, by=prescriber, note="Snakker med pasienten")
    with pytest.raises(Conflict, match="siden du åpnet det"):
        proposals.change(**on, by=nurse, content=new, comment="", seen=seen)
    with pytest.raises(Forbidden):
        proposals.change(**on, by=prescriber, content=new, comment="")
    changed = proposals.change(**on, by=nurse, content=new, comment=" Bare om morgenen ")
    assert (changed.state, changed.comment, open_tasks(3)) == ("submitted", "Bare om morgenen", 1)
    assert views.content_of(draft.pk, patient_key=patient) == new
    with pytest.raises(Conflict, match="siden du åpnet det"):
        drafts.approve(**on, by=prescriber, seen=seen)
    with pytest.raises(Conflict, match="siden du åpnet det"):
        drafts.approve_many(ids=[draft.pk], seen={draft.pk: seen}, by=prescriber, patient=patient)
    drafts.approve(**on, by=prescriber, seen=drafts.stamp(changed))
    with pytest.raises(Conflict, match="allerede behandlet"):
        proposals.comment(**on, by=nurse, text="For sent")


def test_the_author_gives_another_reason_or_day_and_the_approver_their_own(nurse, prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    draft = drafts.submit(
        kind="discontinue", arguments={"reason": "M"}, treatment_id=row.pk, by=nurse, patient=patient
    )
    on = {"draft_id": draft.pk, "patient": patient}
    with pytest.raises(Invalid) as refused:
        proposals.change_arguments(**on, by=nurse, arguments={"reason": "X"}, comment="")
    assert set(refused.value.fields) == {"note"}
    with pytest.raises(Forbidden):
        proposals.change_arguments(**on, by=prescriber, arguments={"reason": "A"}, comment="")
    later = {"reason": "I", "at": "2027-01-15", "plan": "without_prescription"}
    proposals.change_arguments(**on, by=nurse, arguments=later, comment="Spurte pasienten")
    (view,) = views.load(patient, prescriber)
    assert [after for _, _, after in view.changes] == [
        "Interaksjon med annet legemiddel",
        "15.01.2027",
        "Fortsett uten resept: resepten tilbakekalles",
    ]
    with pytest.raises(Invalid, match="ikke noe innhold"):
        drafts.approve(**on, by=prescriber, content=contents.content())
    ended = drafts.approve(**on, by=prescriber, arguments={"reason": "A"}, seen=view.stamp)
    kept = Draft.objects.get()
    assert (ended.lifecycle, ended.discontinuation_reason) == ("discontinued", "A")
    assert (kept.state, kept.proposal["reason"], kept.comment) == (
        "approved_changed",
        "I",
        "Spurte pasienten",
    )


def test_a_renewal_written_anew_is_a_change_and_can_be_moved_to_the_row_as_it_is(nurse, prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    draft = drafts.submit(kind="renew", treatment_id=row.pk, by=nurse, patient=patient)
    on = {"draft_id": draft.pk, "patient": patient}
    found = views.proposed(draft.pk, patient_key=patient).content
    assert found.prescription.valid_from is None
    dose = replace(found, dosage=contents.dosage("1+0+0"))
    treatments.confirm_in_use(treatment_id=row.pk, by=prescriber, patient=patient, version=row.version)
    with pytest.raises(Conflict, match="Se over forskjellene"):
        proposals.change(**on, by=nurse, content=dose, comment="")
    changed = proposals.change(**on, by=nurse, content=dose, comment="", version=row.version + 1)
    assert changed.kind == "change"
    after = drafts.approve(**on, by=prescriber)
    assert (after.unsent_verb, after.dosage_text) == ("changed", "1\u00a0tablett morgen")
    again = drafts.submit(kind="renew", treatment_id=after.pk, by=nurse, patient=patient)
    mine = replace(dose, indication_text="Mot migrene")
    kept = drafts.approve(draft_id=again.pk, by=prescriber, patient=patient, content=mine)
    assert kept.indication_text == "Mot migrene"


def test_the_author_corrects_a_reaction_and_nobody_approves_what_they_have_not_seen(
    nurse, prescriber, patient
):
    said = {"agent_kind": "text", "agent_text": "Plaster", "reaction": "11", "certainty": "3"}
    draft = drafts.submit(kind="reaction", arguments=said, by=nurse, patient=patient)
    on, seen = {"draft_id": draft.pk, "patient": patient}, drafts.stamp(draft)
    with pytest.raises(Invalid):
        proposals.change_arguments(**on, by=nurse, arguments=said | {"certainty": ""}, comment="")
    proposals.change_arguments(**on, by=nurse, arguments=said | {"reaction": "12"}, comment="", seen=seen)
    with pytest.raises(Conflict, match="siden du åpnet det"):
        drafts.approve_reaction(**on, by=prescriber, seen=seen)
    assert drafts.approve_reaction(**on, by=prescriber).reaction == "12"


def test_the_author_moves_a_stale_draft_onto_the_row_as_it_is(nurse, prescriber, patient):
    row, draft = moved(nurse, prescriber, patient)
    on = {"draft_id": draft.pk, "by": nurse, "patient": patient}
    dose = contents.content(prescription=None, dosage=contents.dosage("1+0+0"))
    with pytest.raises(Conflict, match="Se over forskjellene"):
        proposals.change(**on, content=dose, comment="")
    with pytest.raises(Conflict, match="Se over forskjellene"):
        proposals.rebase(**on, version=row.version - 1)
    proposals.rebase(**on, version=row.version, content=replace(dose, indication_text="Mot migrene"))
    assert open_tasks(110) == 0
    (view,) = views.load(patient, prescriber)
    assert (view.stale, [field for field, _, _ in view.changes]) == (False, ["Dosering"])
    after = drafts.approve(draft_id=draft.pk, by=prescriber, patient=patient, seen=view.stamp)
    assert (after.indication_text, after.dosage_text) == ("Mot migrene", "1\u00a0tablett morgen")


@pytest.mark.parametrize("end", ["reject", "withdraw"])
def test_a_draft_on_a_treatment_that_was_undone_can_still_be_ended(nurse, prescriber, patient, end):
    row = treatments.create(content=contents.content(prescription=None), by=prescriber, patient=patient)
    draft = drafts.submit(
        kind="discontinue", arguments={"reason": "A"}, treatment_id=row.pk, by=nurse, patient=patient
    )
    treatments.undo(treatment_id=row.pk, by=prescriber, patient=patient, version=row.version)
    on = {"draft_id": draft.pk, "patient": patient}
    with pytest.raises(Conflict, match="finnes ikke lenger"):
        drafts.approve(**on, by=prescriber)
    assert views.load(patient, prescriber)
    drafts.reject(**on, by=prescriber, note="Angret") if end == "reject" else drafts.withdraw(**on, by=nurse)
    assert not views.load(patient, prescriber)


def test_where_nothing_is_put_off_a_draft_is_decided_first(nurse, prescriber, patient, settings):
    settings.DRAFTS_ALLOW_DEFER = False
    with pytest.raises(Forbidden):
        drafts.defer(draft_id=proposed(nurse, patient).pk, by=prescriber, patient=patient, note="Senere")
