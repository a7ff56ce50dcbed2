"""Pause, use, erase, review, multidose: each act with its rule, one note when it is real, and undone whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from sfm.core import clock
from sfm.core.errors import Conflict, Forbidden, Invalid, NotFound
from sfm.exchange.models import Message
from sfm.exchange.translate import records
from sfm.medication.actions import (
    entered_in_error,
    packing,
    review_dates,
    suspension,
    treatments,
    use_types,
)
from sfm.medication.models import JournalNote, Prescription, Treatment, TreatmentEvent
from sfm.medication.queries import detail, in_use
from sfm.wire import messages, schemas
from tests.factories import contents, sending
from tests.factories import treatments as rows

if TYPE_CHECKING:
    from sfm.core.actor import Actor

pytestmark = pytest.mark.usefixtures("in_journal")


def on(row: Treatment, by: Actor, **given: Any) -> dict[str, Any]:
    row.refresh_from_db()
    return {
        "treatment_id": row.pk,
        "by": by,
        "patient": row.patient_key,
        "version": row.version,
    } | given


def shown(row: Treatment, by: Actor) -> Any:
    return in_use.row(row.pk, patient_key=row.patient_key, actor=by)


def notes(event: str) -> list[str]:
    return [note.text for note in JournalNote.objects.filter(event=event)]


def verbs(row: Treatment, by: Actor) -> set[str]:
    return set(shown(row, by).actions)


def paused(row: Treatment, by: Actor, **given: Any) -> Treatment:
    return suspension.suspend(**on(row, by, reason="Operasjon", **given))


# ---- pause ---------------------------------------------------------------------------------------------------------
def test_a_paused_treatment_stays_in_the_list_and_is_seen(doctor, patient):
    row = rows.with_prescription(patient, by=doctor)
    until = clock.today() + timedelta(days=14)
    paused(row, doctor, until=until)
    found = shown(row, doctor)
    assert (found.status.text, found.status.tone) == ("Pauset", "suspended")
    assert "resume" in found.actions
    assert not {"renew", "suspend", "change"} & set(found.actions)
    listed = in_use.load(patient, actor=doctor)
    assert [group.key for group in listed.groups] == ["permanent"]
    assert ("Grunn til pause", "Operasjon") in detail.load(row.pk, patient_key=patient, actor=doctor).facts


def test_pause_and_resume_leave_one_note_each_when_signed(doctor, patient):
    row = rows.treatment(patient, by=doctor)
    paused(row, doctor)
    assert not notes("TreatmentPaused")
    sending.sign(patient, doctor)
    (text,) = notes("TreatmentPaused")
    assert text.startswith("Pause: Metoprolol depottablett 50 mg ")
    assert text.endswith("Årsak: Operasjon.")
    suspension.resume(**on(row, doctor))
    sending.sign(patient, doctor)
    assert (len(notes("TreatmentPaused")), len(notes("TreatmentResumed"))) == (1, 1)
    assert shown(row, doctor).status.text == "I bruk"


def test_a_pause_does_not_move_what_the_shared_list_calls_changed(doctor, patient):
    row = rows.treatment(patient, by=doctor)
    before = row.last_changed
    paused(row, doctor)
    row.refresh_from_db()
    assert row.last_changed == before


def test_a_pause_that_is_over_asks_what_now(doctor, patient):
    row = rows.treatment(patient, lifecycle="suspended", suspended_to=clock.today() - timedelta(days=1))
    assert shown(row, doctor).status.text == "Pause over"
    assert [group.key for group in in_use.load(patient, actor=doctor).groups] == ["must_handle"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"since": clock.today() - timedelta(days=1)}, "since"),
        ({"until": clock.today() - timedelta(days=1)}, "until"),
    ],
)
def test_a_pause_needs_a_reason_and_dates_in_order(doctor, patient, given, field):
    row = rows.treatment(patient)
    with pytest.raises(Invalid) as refused:
        suspension.suspend(**on(row, doctor, **({"reason": "Operasjon"} | given)))
    assert field in refused.value.fields


def test_what_is_paused_can_be_discontinued_and_not_renewed(doctor, patient):
    row = rows.with_prescription(patient, by=doctor)
    paused(row, doctor)
    with pytest.raises(Invalid, match="Gjenoppta"):
        treatments.renew(**on(row, doctor))
    treatments.discontinue(**on(row, doctor, reason="A"))
    assert shown(row, doctor).status.text == "Seponert"


# ---- use, product, review, multidose -------------------------------------------------------------------------------
def test_a_course_needs_its_last_day_and_a_valid_prescription_is_written_anew(doctor, patient):
    row = rows.with_prescription(patient, by=doctor)
    with pytest.raises(Invalid) as refused:
        use_types.change_use_type(**on(row, doctor, use_type="2"))
    assert "discontinue_on" in refused.value.fields
    stop = clock.today() + timedelta(days=10)
    use_types.change_use_type(**on(row, doctor, use_type="2", ends_on=stop))
    old = Prescription.objects.get(treatment_id=row.pk, delivery="accepted")
    new = Prescription.objects.get(treatment_id=row.pk, delivery="draft")
    assert (old.recall_reason, new.previous_id, new.expires_on) == ("3", old.pk, stop)
    use_types.change_use_type(**on(row, doctor, use_type="1"))
    row.refresh_from_db()
    assert (row.use_type, row.discontinued_at) == ("1", None)


def test_putting_off_a_review_needs_a_reason_and_sends_nothing(doctor, patient):
    row = rows.treatment(patient, review_date=clock.today())
    later = clock.today() + timedelta(days=90)
    with pytest.raises(Invalid, match="utsettes"):
        review_dates.set_review_date(**on(row, doctor, day=later))
    kept = review_dates.set_review_date(**on(row, doctor, day=later, reason="Venter på prøve"))
    assert (kept.review_date, kept.unsent_verb) == (later, "")
    assert notes("TreatmentChanged")[0].endswith("Grunn: Venter på prøve.")


def test_multidose_only_for_a_multidose_patient_and_a_dose_that_can_be_packed(doctor, patient):
    row = rows.treatment(patient)
    assert "to_multidose" not in verbs(row, doctor)
    with pytest.raises(Invalid, match="har ikke multidose"):
        packing.to_multidose(**on(row, doctor))
    rows.MedicationList.objects.update_or_create(
        patient_key=patient, defaults={"multidose_pharmacy": "Oppdiktapoteket"}
    )
    assert "to_multidose" in verbs(row, doctor)
    packing.to_multidose(**on(row, doctor))
    assert "from_multidose" in verbs(row, doctor)
    text = rows.treatment(patient, content=contents.content(dosage=contents.dosage("etter avtale")))
    assert "to_multidose" not in verbs(text, doctor)


# ---- entered in error ----------------------------------------------------------------------------------------------
def erase(row: Treatment, by: Actor, **given: Any) -> Treatment:
    return entered_in_error.mark_entered_in_error(**on(row, by, reason="Feil pasient", **given))


def test_what_was_wrongly_entered_is_recalled_first_and_leaves_the_list_at_signing(doctor, patient):
    row = rows.with_prescription(patient, by=doctor)
    erase(row, doctor)
    assert shown(row, doctor).status.text == "Feilregistrert"
    assert set(shown(row, doctor).actions) == {"undo", "detail"}
    sending.sign(patient, doctor)
    kinds = sorted(Message.objects.filter(direction="out").values_list("kind", flat=True))
    assert kinds == ["ERM251", "ERM5", "ERM911"]
    assert Prescription.objects.get(treatment_id=row.pk).recall_reason == "4"
    assert in_use.load(patient, actor=doctor).is_empty
    with pytest.raises(NotFound):
        shown(row, doctor)
    (text,) = notes("TreatmentDeleted")
    assert text.endswith("Årsak: etter eget tiltak (feilregistrert).")
    listed = messages.open_message(bytes(Message.objects.get(kind="ERM251").raw)).body
    assert str(row.lib_id) not in [entry.id for entry in listed.entries]
    recalled = messages.open_message(bytes(Message.objects.get(kind="ERM5").raw)).body
    assert (recalled.reason.code, recalled.prescription_id) == (
        "4",
        str(Prescription.objects.get(treatment_id=row.pk).pk),
    )


def test_why_something_is_deleted_is_one_of_9237(doctor: Actor, patient: UUID) -> None:
    row = rows.treatment(patient, by=doctor)
    with pytest.raises(Invalid):
        erase(row, doctor, grounds="5")
    erase(row, doctor, grounds="1")
    sending.sign(patient, doctor)
    (text,) = notes("TreatmentDeleted")
    assert "etter krav fra pasient" in text


@pytest.mark.parametrize("sent", [True, False])
def test_the_extension_of_the_list_tells_of_a_pause_when_it_may(
    doctor: Actor, patient: UUID, settings: Any, sent: bool
) -> None:
    """And whoever fetches the list is told of it: read always, sent by a setting."""
    settings.SFM_WIRE_EXTENSIONS = sent
    row = rows.treatment(patient, by=doctor)
    rows.treatment(patient, by=doctor)
    paused(row, doctor, until=clock.today() + timedelta(days=14))
    sending.sign(patient, doctor)
    raw = bytes(Message.objects.get(kind="ERM251").raw)
    assert schemas.validate(raw) == []
    opened = messages.open_message(raw)
    comments = [one for part in opened.extensions for one in part.comments]
    told = {one.lib_id: one.data["comments"] for one in records.of_list(opened)}
    assert len(told) == 2
    if not sent:
        assert not comments
        return
    (comment,) = comments
    assert (comment.entry_id, comment.author.person.hpr_number) == (str(row.lib_id), doctor.hpr)
    assert comment.note.startswith("Pauset fra ")
    assert comment.note.endswith("Årsak: Operasjon.")
    assert told[str(row.lib_id)][0]["text"] == comment.note


def test_erasing_is_undone_whole(doctor, patient):
    row = rows.with_prescription(patient, by=doctor)
    erase(row, doctor)
    treatments.undo(**on(row, doctor))
    row.refresh_from_db()
    assert (row.lifecycle, row.unsent_verb) == ("active", "")
    assert Prescription.objects.get(treatment_id=row.pk).recall_delivery == ""


def test_what_has_been_dispensed_is_discontinued_instead(doctor, patient):
    row = rows.treatment(patient)
    rows.prescription(row, by=doctor, last_dispensed_at=clock.now())
    with pytest.raises(Invalid, match="seponeres"):
        erase(row, doctor)


def test_the_nurse_erases_nothing(nurse, doctor, patient):
    row = rows.treatment(patient)
    assert "mark_entered_in_error" not in verbs(row, nurse)
    with pytest.raises(Forbidden):
        erase(row, nurse)


# ---- taking up again, two colleagues, notes ------------------------------------------------------------------------
def test_taken_into_use_again_after_it_was_sent_it_is_a_new_line_of_history(doctor, patient):
    row = rows.with_prescription(patient, by=doctor)
    treatments.discontinue(**on(row, doctor, reason="A"))
    sending.sign(patient, doctor)
    assert verbs(row, doctor) == {
        "reinstate",
        "copy_as_new",
        "mark_entered_in_error",
        "register_reaction",
        "detail",
    }
    treatments.undo_discontinue(**on(row, doctor))
    assert "renew" in verbs(row, doctor)
    sending.sign(patient, doctor)
    assert len(notes("TreatmentDiscontinuationReversed")) == 1
    told = TreatmentEvent.objects.filter(treatment_id=row.pk).order_by("at").values_list("verb", flat=True)
    assert list(told) == ["discontinued", "signed", "reactivated", "signed"]


def test_a_day_that_has_come_ends_the_treatment_without_anybody_touching_it(doctor, patient):
    row = rows.treatment(patient, discontinued_at=clock.now() - timedelta(hours=1))
    assert shown(row, doctor).status.text == "Seponert"
    assert "reinstate" in verbs(row, doctor)


def test_who_was_second_is_told_who_what_and_when_and_nothing_is_stored(doctor, other_doctor, patient):
    row = rows.treatment(patient)
    mine = on(row, doctor)
    other = contents.content(prescription=None, dosage=contents.dosage("1+0+0"))
    treatments.change(**on(row, other_doctor, content=other))
    with pytest.raises(Conflict) as refused:
        suspension.suspend(**mine, reason="Operasjon")
    assert other_doctor.name in refused.value.text
    assert "Dosering: «1\u00a0tablett morgen og kveld» → «1\u00a0tablett morgen»" in refused.value.text
    row.refresh_from_db()
    assert row.lifecycle == "active"


@pytest.fixture
def other_doctor(doctor: Actor) -> Actor:
    return replace(doctor, practitioner_id=uuid4(), name="Kollega, Kåre Oppdiktet")


def test_two_acts_on_one_row_are_two_notes_and_signed_again_none(doctor, patient):
    row = rows.with_prescription(patient, by=doctor)
    change = contents.content(dosage=contents.dosage("1+0+0"))
    treatments.change(**on(row, doctor, content=change))
    review_dates.set_review_date(**on(row, doctor, day=clock.today() + timedelta(days=9)))
    treatments.discontinue(**on(row, doctor, reason="A", at=clock.today() + timedelta(days=20)))
    sending.sign(patient, doctor)
    assert len(notes("TreatmentDiscontinued")) == 1
    assert any("Fra «" in text and "morgen og kveld» til «" in text for text in notes("TreatmentChanged"))


def test_signing_says_that_the_news_has_been_seen(doctor, patient):
    seen = rows.treatment(patient, review="unseen_new")
    must = rows.treatment(patient, review="pending_decision")
    treatments.renew(**on(rows.with_prescription(patient, by=doctor), doctor))
    sending.sign(patient, doctor)
    seen.refresh_from_db()
    must.refresh_from_db()
    assert (seen.review, seen.reviewed_by, must.review) == ("confirmed", doctor.name, "pending_decision")


EDITS = {
    "renew", "change", "discontinue", "suspend", "change_product", "change_use_type", "set_review_date",
    "mark_entered_in_error", "undo",
}  # fmt: skip


def test_who_edits_their_own_rows_is_offered_nothing_on_others(doctor: Actor, patient: UUID) -> None:
    """The dentist: page and action say the same."""
    limited = doctor.permissions - {"lib.edit_local", "lib.draft", "rx.recall_others"}
    dentist = replace(doctor, practitioner_id=uuid4(), permissions=limited)
    mine = treatments.create(content=contents.content(), by=dentist, patient=patient)
    Treatment.objects.filter(pk=mine.pk).update(unsent_verb="", unsent_base=None)
    theirs = rows.with_prescription(patient, by=doctor)
    assert EDITS & set(shown(mine, dentist).actions) >= {"change", "discontinue"}
    assert not EDITS & set(shown(theirs, dentist).actions)
    listed = in_use.load(patient, actor=dentist)
    by_id = {row.id: set(row.actions) for group in listed.groups for row in group.rows}
    assert EDITS & by_id[mine.pk]
    assert not EDITS & by_id[theirs.pk]
    proposing = replace(dentist, permissions=limited | {"lib.draft"})
    assert {"draft_change", "draft_discontinue"} <= set(shown(theirs, proposing).actions)


def test_who_only_confirms_can_take_the_confirmation_back(nurse: Actor, doctor: Actor, patient: UUID) -> None:
    rows.medication_list(patient, has_pll=True)
    confirming = replace(nurse, permissions=nurse.permissions | {"lib.confirm_in_use"})
    row = rows.with_prescription(patient, by=doctor, review="pending_decision")
    treatments.confirm_in_use(**on(row, confirming))
    assert "undo" in shown(row, confirming).actions
    treatments.undo(**on(row, confirming))
    row.refresh_from_db()
    assert (row.review, row.unsent_verb) == ("pending_decision", "")
    with pytest.raises(Forbidden):
        treatments.change(content=contents.content(), **on(row, confirming))
