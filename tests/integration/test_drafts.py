"""The nurse prepares, the doctor decides; and reactions, which both must see."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from sfm.core.errors import Conflict, Forbidden, Invalid, NotFound
from sfm.exchange.translate import ki
from sfm.medication.actions import drafts, reactions, treatments
from sfm.medication.models import CriticalReaction, Draft, JournalNote, Prescription, Treatment, WorkItem
from sfm.medication.queries import drafts as views
from sfm.medication.queries import in_use, reaction_cards
from sfm.patients.identity import PatientIdentity
from tests.factories import contents
from tests.factories import treatments as rows

pytestmark = pytest.mark.usefixtures("in_journal")


@pytest.fixture
def patient():
    return uuid4()


@pytest.fixture
def for_the_doctor(nurse, prescriber):
    return replace(nurse, on_behalf_of=prescriber.hpr)


def test_a_new_treatment_prepared_and_approved(for_the_doctor, prescriber, patient):
    draft = drafts.submit(
        kind="new_treatment", content=contents.content(), by=for_the_doctor, patient=patient
    )
    assert WorkItem.objects.get(code=3, open=True).owner_hpr == prescriber.hpr
    row = drafts.approve(draft_id=draft.pk, by=prescriber, patient=patient)
    assert (row.unsent_verb, row.unsent_by) == ("created", prescriber.practitioner_id)
    assert Draft.objects.get().state == "approved"
    assert not WorkItem.objects.filter(code=3, open=True).exists()


@pytest.mark.parametrize(
    ("kind", "arguments", "verb"),
    [
        ("renew", {}, "renewed"),
        ("discontinue", {"reason": "A"}, "discontinued"),
        ("recall", {"note": "feil legemiddel"}, "recalled"),
    ],
)
def test_each_kind_does_what_it_says(nurse, prescriber, patient, kind, arguments, verb):
    row = rows.with_prescription(patient, by=prescriber)
    draft = drafts.submit(kind=kind, arguments=arguments, treatment_id=row.pk, by=nurse, patient=patient)
    assert drafts.approve(draft_id=draft.pk, by=prescriber, patient=patient).unsent_verb == verb


def test_the_draft_of_a_row_can_be_decided_by_the_row(nurse, prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    drafts.submit(kind="renew", treatment_id=row.pk, by=nurse, patient=patient)
    shown = in_use.row(row.pk, patient_key=patient, actor=prescriber)
    assert {"approve_draft", "reject_draft"} <= set(shown.actions)
    drafts.approve(draft_id=row.pk, by=prescriber, patient=patient)
    assert Draft.objects.get().state == "approved"


def test_the_nurse_cannot_approve_and_nobody_approves_twice(nurse, prescriber, patient):
    draft = drafts.submit(kind="new_treatment", content=contents.content(), by=nurse, patient=patient)
    with pytest.raises(Forbidden):
        drafts.approve(draft_id=draft.pk, by=nurse, patient=patient)
    drafts.approve(draft_id=draft.pk, by=prescriber, patient=patient)
    with pytest.raises(Conflict, match=prescriber.name):
        drafts.approve(draft_id=draft.pk, by=prescriber, patient=patient)


def test_a_draft_on_a_changed_base_does_nothing(nurse, prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    draft = drafts.submit(kind="renew", treatment_id=row.pk, by=nurse, patient=patient)
    assert views.load(patient, prescriber)[0].standing == f"{row.dosage_text} – {row.indication_text}"
    treatments.discontinue(
        treatment_id=row.pk, reason="A", by=prescriber, patient=patient, version=row.version
    )
    assert views.load(patient, prescriber)[0].stale
    with pytest.raises(Conflict, match="endret etter"):
        drafts.approve(draft_id=draft.pk, by=prescriber, patient=patient)
    assert not Prescription.objects.filter(delivery="draft").exists()


def test_a_rejection_needs_a_reason_and_reaches_the_author(nurse, prescriber, patient):
    draft = drafts.submit(kind="new_treatment", content=contents.content(), by=nurse, patient=patient)
    with pytest.raises(Invalid):
        drafts.reject(draft_id=draft.pk, by=prescriber, patient=patient, note=" ")
    drafts.reject(draft_id=draft.pk, by=prescriber, patient=patient, note="Ikke nå")
    assert WorkItem.objects.get(code=109).owner_id == nurse.practitioner_id
    (told,) = views.rejected(patient, nurse)
    assert (told.why, told.by) == ("Ikke nå", prescriber.name)
    assert views.rejected(patient, prescriber) == ()
    drafts.read_rejections(by=prescriber, patient=patient)
    assert WorkItem.objects.get(code=109).open
    drafts.read_rejections(by=nurse, patient=patient)
    assert not WorkItem.objects.get(code=109).open


def test_only_the_author_withdraws(nurse, prescriber, patient):
    draft = drafts.submit(kind="new_treatment", content=contents.content(), by=nurse, patient=patient)
    with pytest.raises(Forbidden):
        drafts.withdraw(draft_id=draft.pk, by=prescriber, patient=patient)
    drafts.withdraw(draft_id=draft.pk, by=nurse, patient=patient)
    assert not Treatment.objects.exists()


def test_a_draft_of_another_patient_is_not_found(nurse, prescriber, patient):
    draft = drafts.submit(kind="new_treatment", content=contents.content(), by=nurse, patient=patient)
    with pytest.raises(NotFound):
        drafts.approve(draft_id=draft.pk, by=prescriber, patient=uuid4())


def react(by, patient, **given):
    what = {"agent_kind": "atc", "agent_code": "J01CE02", "agent_text": "Oppdiktcillin", "reaction": "1"}
    return reactions.register(**(what | {"certainty": "3", "by": by, "patient": patient} | given))


def test_a_reaction_stands_at_the_top_of_the_list(prescriber, patient):
    reactions.none_known(by=prescriber, patient=patient)
    assert in_use.load(patient, actor=prescriber).reactions.none_known.startswith("Ingen kjente")
    react(prescriber, patient)
    shown = in_use.load(patient, actor=prescriber).reactions
    (line,) = shown.lines
    assert (line.agent, line.reaction, line.certainty, line.warns) == (
        "Oppdiktcillin",
        "anafylaktisk reaksjon",
        "bekreftet",
        True,
    )
    assert not shown.none_known
    assert JournalNote.objects.filter(event="ReactionRegistered").exists()


SAID = {
    "agent_kind": "atc", "agent_code": "J01CE02", "agent_text": "Fenoksymetylpenicillin", "reaction": "10",
    "certainty": "2", "severity": "1", "discovered_on": "2020-05-01",
}  # fmt: skip


def test_a_proposed_reaction_waits_for_one_who_may_register_it(for_the_doctor, prescriber, patient):
    draft = drafts.submit(
        kind="reaction", arguments=SAID, by=for_the_doctor, patient=patient, comment="Utslett"
    )
    assert WorkItem.objects.get(code=3, open=True).owner_hpr == prescriber.hpr
    listed = in_use.load(patient, actor=prescriber).reactions
    assert (listed.lines, listed.proposed) == ((), 1)
    (view,) = views.load(patient, prescriber)
    assert view.title == "Legemiddelreaksjon: Fenoksymetylpenicillin"
    assert not view.together
    with pytest.raises(Forbidden):
        drafts.approve(draft_id=draft.pk, by=for_the_doctor, patient=patient)
    drafts.approve(draft_id=draft.pk, by=prescriber, patient=patient)
    row = CriticalReaction.objects.get(patient_key=patient)
    assert (row.registered_by, row.kj_state, str(row.discovered_on)) == (
        prescriber.name,
        "waiting",
        "2020-05-01",
    )
    assert not WorkItem.objects.filter(code=3, open=True).exists()
    with pytest.raises(Conflict, match="allerede registrert"):
        drafts.submit(kind="reaction", arguments=SAID, by=for_the_doctor, patient=patient)


def test_the_approver_can_change_a_proposed_reaction_first(for_the_doctor, prescriber, patient):
    draft = drafts.submit(kind="reaction", arguments=SAID, by=for_the_doctor, patient=patient)
    content = reactions.Content(**(SAID | {"reaction": "1", "discovered_on": None}))
    row = drafts.approve_reaction(draft_id=draft.pk, by=prescriber, patient=patient, content=content)
    draft.refresh_from_db()
    assert (row.reaction, draft.state, draft.proposal["reaction"]) == ("1", "approved_changed", "10")


def test_two_that_are_alike_can_be_kept_and_one_that_is_wrong_deleted(prescriber, nurse, patient):
    given = SAID | {"discovered_on": None}
    first = reactions.register(**given, by=prescriber, patient=patient)
    second = reactions.register(**given | {"reaction": "1"}, by=prescriber, patient=patient)
    assert all(card.alike for card in reaction_cards.load(patient).active)
    reactions.keep_both(reaction_id=first.pk, other_id=second.pk, by=prescriber, patient=patient)
    assert not any(card.alike for card in reaction_cards.load(patient).active)
    wrong = {"reaction_id": first.pk, "comment": "Feil pasient", "patient": patient}
    with pytest.raises(Forbidden):
        reactions.delete(**wrong, grounds="9", by=nurse)
    with pytest.raises(Invalid):
        reactions.delete(**wrong, grounds="7", by=prescriber)
    gone = reactions.delete(**wrong, grounds="9", by=prescriber)
    found = reaction_cards.load(patient)
    assert [card.id for card in found.active] == [second.pk]
    assert found.deleted[0].history[0].note == "Etter eget tiltak. Feil pasient"
    assert JournalNote.objects.filter(event="ReactionDeleted").count() == 1
    told = ki.resource(gone, person=PatientIdentity(family="Demosen", given="Kari"), by=prescriber)
    assert told["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert "clinicalStatus" not in told


def test_the_same_reaction_is_registered_once(prescriber, patient):
    react(prescriber, patient)
    with pytest.raises(Conflict):
        react(prescriber, patient)
    with pytest.raises(Conflict):
        reactions.none_known(by=prescriber, patient=patient)


def test_a_reaction_must_say_what_happened(prescriber, nurse, patient):
    with pytest.raises(Invalid) as refused:
        react(prescriber, patient, agent_text="", reaction="18", certainty="")
    assert set(refused.value.fields) == {"agent", "comment", "certainty"}
    with pytest.raises(Forbidden):
        react(nurse, patient)


def test_a_refuted_reaction_leaves_the_strip(prescriber, patient):
    row = react(prescriber, patient)
    reactions.refute(reaction_id=row.pk, by=prescriber, patient=patient, comment="Tålte nytt forsøk")
    assert in_use.load(patient, actor=prescriber).reactions.lines == ()
