"""«Samstem»: ours beside theirs, a person decides, and nothing is joined or overwritten by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from sfm.core import clock
from sfm.core.errors import Conflict, Invalid
from sfm.exchange import explaining, list_versions, lookup, merging, reconciling
from sfm.exchange.models import LookupSnapshot, Message
from sfm.exchange.translate import records
from sfm.medication import content_data
from sfm.medication.actions import confirmation, conflicts, dismissal, ledger, linking, treatments, undoing
from sfm.medication.models import (
    JournalNote,
    ListVersion,
    MedicationList,
    MergeDecision,
    Prescription,
    Treatment,
    WorkItem,
)
from sfm.medication.queries import in_use, three_ways, timeline
from sfm.medication.rules.merge import Record
from tests.factories import contents
from tests.factories import treatments as rows

if TYPE_CHECKING:
    from sfm.core.actor import Actor

pytestmark = pytest.mark.usefixtures("in_journal")
BY = "Holm, Dr. Oppdiktet, sykehuset"


@pytest.fixture
def patient() -> UUID:
    return uuid4()


def heard(patient: UUID, source: str, *found: Record) -> None:
    """The answer of a source, kept and merged as the worker does it."""
    data = [records.to_data(one) for one in found]
    lookup._keep(patient, source, b"<svar/>", data)
    merging.run(patient)


def entry(lib_id: UUID | None = None, said: str = "1+0+1", **given: Any) -> Record:
    content = contents.content(prescription=None, dosage=contents.dosage(said), **given)
    return Record(
        source="PLL",
        lib_id=str(lib_id or uuid4()),
        changed_at=clock.now(),
        by=BY,
        by_short="Dr. Holm",
        fields=records.fields_of(content),
        data={"content": content_data.to_data(content), "type": "U"},
    )


def loose(**given: Any) -> Record:
    content = contents.content(**given)
    today = clock.today().isoformat()
    return Record(
        source="RF",
        resept_id=str(uuid4()),
        status="E",
        changed_at=clock.now(),
        by=BY,
        by_short="Dr. Holm",
        fields=records.fields_of(content),
        data={
            "content": content_data.to_data(content),
            "prescribed_on": today,
            "expires_on": contents.terms().expires_on.isoformat(),
            "organisation": "legevakt Fjellvik",
        },
    )


def seen(patient: UUID, by: Actor) -> reconciling.Reconciliation:
    return reconciling.load(patient, actor=by)


def test_each_row_stands_in_its_block(patient, prescriber):
    same = rows.treatment(patient)
    changed = rows.treatment(patient, content=contents.content(product=contents.SIMVASTATIN))
    rows.treatment(patient, content=contents.content(product=contents.OXYCODONE))
    heard(
        patient,
        "PLL",
        entry(same.pk),
        entry(changed.pk, "1+0+0", product=contents.SIMVASTATIN),
        entry(product=replace(contents.METOPROLOL, atc="A02BC02", name_form_strength="Pantoprazol 20 mg")),
    )
    found = seen(patient, prescriber)
    assert [len(getattr(found, block)) for block in ("identical", "similar", "only_theirs", "only_ours")] == [
        1,
        1,
        1,
        1,
    ]
    (pair,) = found.similar
    assert [one.label for one in pair.theirs if one.lit] == ["Dosering"]
    assert [one.value for one in pair.ours if one.lit] == ["1\u00a0tablett morgen og kveld"]


def test_the_identical_are_confirmed_at_once_and_then_stamped(patient, prescriber):
    pairs = [rows.treatment(patient) for _ in range(3)]
    heard(patient, "PLL", *(entry(row.pk) for row in pairs))
    ids = [(item.row.id, item.row.version) for item in seen(patient, prescriber).to_confirm]
    treatments.confirm_many_in_use(ids=ids, by=prescriber, patient=patient)
    found = seen(patient, prescriber)
    assert found.to_confirm == ()
    assert all(item.done and prescriber.name in item.reviewed for item in found.identical)
    assert JournalNote.objects.filter(event="TreatmentConfirmed").count() == 1


def test_a_loose_prescription_is_proposed_to_the_treatment_it_is_like_and_never_joined_by_itself(
    patient, prescriber
):
    mine = rows.with_prescription(patient, by=prescriber)
    heard(patient, "RF", loose())
    (pair,) = seen(patient, prescriber).similar
    assert (pair.link_to, pair.preselected, pair.verbs[:2]) == (mine.pk, True, ("link", "keep_both"))
    assert Treatment.objects.filter(patient_key=patient).count() == 2
    row = Treatment.objects.get(pk=pair.row.id)
    linking.link(treatment_id=row.pk, to=mine.pk, by=prescriber, patient=patient, version=row.version)
    assert Treatment.objects.filter(patient_key=patient).count() == 1
    assert Prescription.objects.filter(treatment_id=mine.pk).count() == 2
    shown = in_use.row(mine.pk, patient_key=patient, actor=prescriber)
    assert "recall_older" in shown.actions
    assert "Flere resepter" in [badge.text for badge in shown.badges]
    assert JournalNote.objects.get(event="TreatmentMerged").text.startswith("Slått sammen:")
    assert not merging.run(patient).total(), "the next look-up tells nothing new"


def test_a_chain_nobody_here_knew_is_one_row_and_ends_as_one(patient: UUID, prescriber: Actor) -> None:
    old = loose()
    new = replace(loose(dosage=contents.dosage("1+0+0")), previous_id=old.resept_id)
    heard(patient, "RF", old, new)
    row = Treatment.objects.get(patient_key=patient)
    assert (row.review, row.dosage_text) == ("pending_decision", "1\u00a0tablett morgen")
    assert "recall_older" in in_use.row(row.pk, patient_key=patient, actor=prescriber).actions
    for about, left in ((patient, 1), (uuid4(), 0)):  # a task of news ends with a look-up that brings nothing
        ledger.work_item(105, patient=about)
        merging.run(about)
        assert WorkItem.objects.filter(patient_key=about, open=True).count() == left
    by = {"by": prescriber, "patient": patient, "treatment_id": row.pk}
    ended = treatments.discontinue(**by, reason="A", version=row.version)
    planned = Prescription.objects.filter(treatment_id=row.pk).values_list("recall_delivery", "recall_reason")
    assert list(planned) == [("draft", "2")] * 2, "nothing is left to fetch on"
    treatments.undo(**by, version=ended.version)
    assert not Prescription.objects.exclude(recall_delivery="").exists()


def test_both_are_kept_when_a_person_says_that_they_are_two(patient: UUID, prescriber: Actor) -> None:
    rows.with_prescription(patient, by=prescriber)
    heard(patient, "RF", loose())
    (item,) = seen(patient, prescriber).similar
    assert item.verbs[:2] == ("link", "keep_both")
    kept = confirmation.keep_both(
        treatment_id=item.row.id, by=prescriber, patient=patient, version=item.row.version
    )
    assert kept.review == "confirmed"
    assert JournalNote.objects.get(event="TreatmentImported").text.startswith("Tatt inn fra RF: ")
    assert Treatment.objects.filter(patient_key=patient).count() == 2
    merging.run(patient)
    assert not [one for one in seen(patient, prescriber).similar if one.link_to], "not proposed again"
    assert MergeDecision.objects.filter(treatment_id=kept.pk, kind="kept_both").count() == 1


def test_what_was_joined_can_be_taken_apart_again(patient, prescriber):
    mine = rows.with_prescription(patient, by=prescriber)
    heard(patient, "RF", loose())
    apart = Treatment.objects.get(patient_key=patient, review="pending_decision")
    kept = linking.link(
        treatment_id=apart.pk, to=mine.pk, by=prescriber, patient=patient, version=apart.version
    )
    undoing.undo(treatment_id=mine.pk, by=prescriber, patient=patient, version=kept.version)
    back = Treatment.objects.get(pk=apart.pk)
    assert (back.review, back.name_form_strength) == ("pending_decision", apart.name_form_strength)
    assert Prescription.objects.filter(treatment_id=back.pk).count() == 1


def test_an_entry_of_the_shared_list_keeps_its_id(patient, prescriber):
    mine = rows.treatment(patient)
    heard(patient, "PLL", entry())
    theirs = Treatment.objects.exclude(pk=mine.pk).get()
    Treatment.objects.filter(pk=theirs.pk).update(review="pending_decision")
    with pytest.raises(Invalid, match="felles legemiddellisten"):
        linking.link(treatment_id=theirs.pk, to=mine.pk, by=prescriber, patient=patient, version=1)


def in_conflict(patient: UUID, by: Actor) -> Treatment:
    """2 tablets here, unsent; 3 tablets in the list, by another."""
    row = rows.treatment(patient)
    mine = contents.content(prescription=None, dosage=contents.dosage("2+0+0"))
    treatments.change(treatment_id=row.pk, content=mine, by=by, patient=patient, version=row.version)
    heard(patient, "PLL", entry(row.pk, "3+0+0"))
    return Treatment.objects.get(pk=row.pk)


def test_a_conflict_is_settled_by_choosing_and_by_nothing_beside_it(patient, prescriber):
    heard(patient, "RF", loose())
    apart = Treatment.objects.get(patient_key=patient, review="pending_decision")
    row = in_conflict(patient, prescriber)
    with pytest.raises(Conflict, match="konflikt"):
        confirmation.confirm_in_use(treatment_id=row.pk, by=prescriber, patient=patient, version=row.version)
    with pytest.raises(Conflict, match="konflikt"):
        linking.link(treatment_id=apart.pk, to=row.pk, by=prescriber, patient=patient, version=apart.version)


def test_a_conflict_shows_three_ways_and_overwrites_nothing(patient, prescriber):
    row = in_conflict(patient, prescriber)
    assert row.dosage_text == "2\u00a0tabletter morgen"
    (choice,) = three_ways.of_row(row.pk, patient_key=patient).choices
    assert (choice.label, choice.chosen) == ("Dosering", "")
    assert [text.split("\u00a0")[0] for text in (choice.base, choice.theirs, choice.ours)] == ["1", "3", "2"]
    (pair,) = seen(patient, prescriber).similar
    assert pair.verbs[:2] == ("keep_ours", "take_theirs")


def test_ours_kept_is_unsent_still_and_undone_becomes_theirs(patient, prescriber):
    row = in_conflict(patient, prescriber)
    kept = conflicts.keep_ours(treatment_id=row.pk, by=prescriber, patient=patient, version=row.version)
    assert (kept.dosage_text[0], kept.unsent_verb, kept.difference) == ("2", "changed", None)
    assert not merging.run(patient).total()
    undone = undoing.undo(treatment_id=row.pk, by=prescriber, patient=patient, version=kept.version)
    assert undone.dosage_text[0] == "3"
    assert undone.dosage == content_data.to_data(contents.content(dosage=contents.dosage("3+0+0")))["dosage"]


def test_theirs_taken_leaves_nothing_unsent(patient, prescriber):
    row = in_conflict(patient, prescriber)
    taken = conflicts.take_theirs(treatment_id=row.pk, by=prescriber, patient=patient, version=row.version)
    assert (taken.dosage_text[0], taken.unsent_verb, taken.unsent_base) == ("3", "", None)
    assert not merging.run(patient).total()
    with pytest.raises(Conflict, match="allerede avgjort"):
        conflicts.take_theirs(treatment_id=row.pk, by=prescriber, patient=patient, version=taken.version)


def test_the_row_says_what_each_source_says_side_by_side(patient, prescriber):
    row = rows.treatment(patient)
    heard(patient, "PLL", entry(row.pk, "1+0+0"))
    found = explaining.explain(row.pk, patient_key=patient)
    (dose,) = [line for line in found.lines if line.label == "Dosering"]
    assert [name for name, _, says in found.sources if says] == ["PLL"]
    assert dose.here == dose.cells[0].text == "1\u00a0tablett morgen"
    alone = rows.treatment(patient)
    assert "bare i denne journalen" in explaining.explain(alone.pk, patient_key=patient).origin


def test_history_put_away_stays_away_until_it_is_dispensed_again(patient, prescriber):
    given = replace(loose(), source="KJ", status="R", resept_id=str(uuid4()))
    dispensed = [{"at": clock.now().isoformat(), "name": "X", "amount": "1 pk", "pharmacy": "Apotek"}]
    given = replace(given, data={**given.data, "dispensed": dispensed})
    heard(patient, "KJ", given)
    row = Treatment.objects.get(patient_key=patient)
    assert in_use.row(row.pk, patient_key=patient, actor=prescriber).actions[:2] == ("confirm", "dismiss")
    dismissal.dismiss_history_row(treatment_id=row.pk, by=prescriber, patient=patient, version=row.version)
    heard(patient, "KJ", given)
    assert in_use.load(patient, actor=prescriber).total == 0
    assert JournalNote.objects.get().text.startswith("Ikke tatt inn: ")
    assert seen(patient, prescriber).put_away[0][0] == row.pk
    later = [*dispensed, {**dispensed[0], "at": (clock.now()).isoformat()}]
    Prescription.objects.update(dispensed=[])
    heard(patient, "KJ", replace(given, data={**given.data, "dispensed": later}))
    assert in_use.load(patient, actor=prescriber).total == 1


def test_kj_adds_dispensings_to_what_rf_tells_and_rf_decides_the_status(patient: UUID) -> None:
    """Both in one answer, of a prescription nobody here has seen."""
    told = loose()
    dispensed = [{"at": clock.now().isoformat(), "name": "X", "amount": "1 pk", "pharmacy": "Apotek"}]
    kj = replace(told, source="KJ", recalled=True, data={**told.data, "dispensed": dispensed})
    for one in (told, kj):
        lookup._keep(patient, one.source, b"<svar/>", [records.to_data(one)])
    merging.run(patient)
    made = Prescription.objects.get(patient_key=patient)
    assert (made.rf_status, made.recalled_at, len(made.dispensed)) == ("E", None, 1)
    assert not merging.run(patient).total()


def test_who_decided_what_about_which_record_is_kept(patient: UUID, prescriber: Actor) -> None:
    """«Hvorfor ser jeg dette?» answers for the machine and for people; the same answer twice is told once."""
    mine = rows.with_prescription(patient, by=prescriber)
    heard(patient, "RF", loose())
    merging.run(patient)
    found = Treatment.objects.exclude(pk=mine.pk).get(patient_key=patient)
    assert [one.kind for one in MergeDecision.objects.filter(treatment_id=found.pk)] == ["loose"]
    linking.link(treatment_id=found.pk, to=mine.pk, by=prescriber, patient=patient, version=found.version)
    merging.run(patient)
    told = explaining.explain(mine.pk, patient_key=patient).decided
    assert [(one.what, one.by, one.by_person) for one in told] == [
        ("Knyttet til denne behandlingen", prescriber.name, True),
        ("Løs resept, venter på avgjørelse", "Sammenstillingen", False),
    ]
    assert all("resept i Reseptformidleren" in one.about for one in told)
    lines = timeline.load(patient, actor=prescriber)
    assert any("resept i Reseptformidleren" in text for line in lines for text in line.about)
    with pytest.raises(IntegrityError), transaction.atomic():
        MergeDecision.objects.update(kind="same")


def test_an_answer_of_a_source_is_never_changed(patient: UUID) -> None:
    heard(patient, "RF", loose())
    with pytest.raises(IntegrityError), transaction.atomic():
        LookupSnapshot.objects.update(digest="")


def version(patient: UUID, pk: UUID, parent: UUID | None, *found: Record, out: bool = False) -> None:
    """A list as it was received, or as ours was sent."""
    entries = [records.to_data(one) for one in found]
    if out:
        entries = [
            {
                "id": one.lib_id,
                "resept_id": "",
                "content": one.data["content"]["product"],
                "dosage_text": one.fields["dosage_text"],
                "discontinued": False,
            }
            for one in found
        ]
    ListVersion.objects.create(
        id=pk,
        patient_key=patient,
        kind="ERM251",
        parent_id=parent,
        direction="out" if out else "in",
        signed_by="" if out else "Holm, Dr. Oppdiktet",
        generated_at=clock.now(),
        entries=entries,
        recorded_at=clock.now(),
    )


def test_whose_list_came_first_is_told_with_the_differences(patient):
    base, theirs, ours = uuid4(), uuid4(), uuid4()
    both, mine, same = (uuid4() for _ in range(3))
    version(patient, base, None, entry(both), entry(mine), entry(same))
    version(patient, theirs, base, entry(both, "3+0+0"), entry(mine), entry(same))
    version(patient, ours, base, entry(both, "2+0+0"), entry(mine, "2+0+0"), entry(same), out=True)
    Message.objects.create(
        id=ours,
        kind="ERM251",
        direction="out",
        patient_key=patient,
        generated_at=clock.now(),
        state="rejected",
        errors=[{"code": "226", "text": "", "class": "pll"}],
    )
    rows.medication_list(patient, has_pll=True, pll_head=theirs, pll_outdated=True)
    found = list_versions.load(patient)
    assert {one.treatment_id: one.outcome for one in found.entries} == {
        str(both): "Endret av begge: velg på raden",
        str(mine): "Vår gjelder",
    }
    assert list_versions.changed_by(patient).startswith("Holm, Dr. Oppdiktet")
    MedicationList.objects.update(pll_head=base)
    assert [one.outcome for one in list_versions.load(patient).entries].count("Vår gjelder") == 2
