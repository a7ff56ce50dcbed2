"""(Legemiddelgjennomgang) One choice per row, closed when all have one; printed, noted, and found across patients."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from portals.shared import clients
from sfm.audit.models import AuditEvent
from sfm.core import clock
from sfm.core.errors import Conflict, Forbidden, Invalid, NotFound
from sfm.exchange import lookup
from sfm.fest import catalogue
from sfm.fest.product import Condition
from sfm.medication.actions import discontinuation, due, treatments
from sfm.medication.actions import medication_reviews as acts
from sfm.medication.models import (
    JournalNote,
    MedicationReview,
    ReviewLine,
    Treatment,
    WorkItem,
)
from sfm.medication.queries import detail, reviews
from sfm.medication.rules import review_templates
from sfm.printing import printouts, review_index
from sfm.tenancy.scope import journal_scope
from tests.factories import contents, sending
from tests.factories import treatments as rows
from tests.integration.portal import OWN, Portal, invented
from tests.integration.test_printing import KARI, text_of

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from tests.office import Office

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
ENOUGH = acts.Head(participants=("Lege", "Pasient"), sources=("pll",), conclusion="Forenklet listen.")


@pytest.fixture
def patient(prescriber: Actor, in_journal: object) -> UUID:
    key = sending.patient()
    rows.medication_list(key)
    return key


def begun(by: Actor, patient: UUID, count: int = 2) -> tuple[MedicationReview, list[Treatment]]:
    used = [rows.with_prescription(patient, by=by) for _ in range(count)]
    return acts.start(template="gp", by=by, patient=patient), used


def decide(review: MedicationReview, by: Actor, *lines: acts.Line, head: acts.Head = ENOUGH) -> None:
    acts.save(review_id=review.pk, head=head, lines=lines, by=by, patient=review.patient_key)


def test_it_closes_when_every_row_has_a_choice_and_leaves_a_note(prescriber: Actor, patient: UUID) -> None:
    review, (one, two) = begun(prescriber, patient)
    decide(review, prescriber, acts.Line(treatment_id=one.pk, choice="none"))
    with pytest.raises(Invalid) as refused:
        acts.close(review_id=review.pk, by=prescriber, patient=patient)
    assert two.name_form_strength in refused.value.fields["lines"]
    decide(review, prescriber, acts.Line(treatment_id=two.pk, choice="follow_up", text="Ta INR om en uke"))
    acts.close(review_id=review.pk, by=prescriber, patient=patient)
    note = JournalNote.objects.get(event="ReviewRegistered")
    assert note.text.endswith("Forenklet listen.")
    with pytest.raises(Conflict):
        decide(review, prescriber, acts.Line(treatment_id=one.pk, choice="change"))


def test_a_medicine_that_came_meanwhile_is_not_forgotten(prescriber: Actor, patient: UUID) -> None:
    review, (one,) = begun(prescriber, patient, count=1)
    decide(review, prescriber, acts.Line(treatment_id=one.pk, choice="none"))
    rows.with_prescription(patient, by=prescriber)
    with pytest.raises(Invalid):
        acts.close(review_id=review.pk, by=prescriber, patient=patient)
    decide(review, prescriber)  # as the page does before it closes
    assert ReviewLine.objects.filter(review_id=review.pk).count() == 2


@pytest.mark.parametrize(
    "head",
    [replace(ENOUGH, participants=()), replace(ENOUGH, conclusion=" ")],
    ids=["nobody", "no conclusion"],
)
def test_participants_and_conclusion_are_required(prescriber: Actor, patient: UUID, head: acts.Head) -> None:
    review, (one,) = begun(prescriber, patient, count=1)
    decide(review, prescriber, acts.Line(treatment_id=one.pk, choice="none"), head=head)
    with pytest.raises(Invalid):
        acts.close(review_id=review.pk, by=prescriber, patient=patient)


def test_to_follow_up_says_what(prescriber: Actor, patient: UUID) -> None:
    review, (one,) = begun(prescriber, patient, count=1)
    with pytest.raises(Invalid):
        decide(review, prescriber, acts.Line(treatment_id=one.pk, choice="follow_up"))


def test_what_it_decides_is_carried_out_on_the_row(prescriber: Actor, patient: UUID) -> None:
    review, (one,) = begun(prescriber, patient, count=1)
    decide(review, prescriber, acts.Line(treatment_id=one.pk, choice="discontinue", problems=("adverse",)))
    [row] = reviews.load(review.pk, patient_key=patient).rows
    assert (row.act, row.done, row.problem_texts) == ("seponer", "", ("Bivirkning",))
    discontinuation.discontinue(
        treatment_id=one.pk, reason="L", at=None, by=prescriber, patient=patient, version=one.version
    )
    acts.close(review_id=review.pk, by=prescriber, patient=patient)
    [row] = reviews.load(review.pk, patient_key=patient).rows
    assert row.act == ""
    assert row.done.startswith("Seponert ")


def test_one_at_a_time_and_only_by_those_who_may(prescriber: Actor, nurse: Actor, patient: UUID) -> None:
    review, _ = begun(prescriber, patient)
    with pytest.raises(Conflict):
        acts.start(template="gp", by=prescriber, patient=patient)
    with pytest.raises(Forbidden):
        decide(review, nurse)
    with pytest.raises(NotFound):
        reviews.load(review.pk, patient_key=uuid4())
    acts.abandon(review_id=review.pk, by=prescriber, patient=patient)
    assert not ReviewLine.objects.exists()


def test_the_template_follows_the_kind_of_unit_and_proposes_a_date() -> None:
    templates = review_templates.templates()
    assert review_templates.for_type(1) == "care"
    assert review_templates.for_type(3) == "gp"
    assert review_templates.for_type(2) == "hospital"
    day = clock.today().replace(2026, 8, 31)
    assert templates["care"].next_on(day).isoformat() == "2027-02-28"


def test_fests_terms_for_the_review_are_shown(
    prescriber: Actor, patient: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Found:
        conditions = (
            Condition(fest_id="a", number="1", group="6", applies_to="1", text="Vurder behovet hvert år."),
            Condition(fest_id="b", number="2", group="7", applies_to="1", text="Førerkort."),
        )
        reimbursements = ()

    monkeypatch.setattr(catalogue, "product", lambda _ref: Found())
    content = replace(
        contents.content(), product=replace(contents.content().product, kind="group", fest_id="ID_1")
    )
    rows.treatment(patient, content=content)
    review = acts.start(template="gp", by=prescriber, patient=patient)
    [row] = reviews.load(review.pk, patient_key=patient).rows
    assert row.terms == ("Vurder behovet hvert år.",)


def test_it_is_printed_with_participants_choices_and_conclusion(prescriber: Actor, patient: UUID) -> None:
    review, (one,) = begun(prescriber, patient, count=1)
    decide(review, prescriber, acts.Line(treatment_id=one.pk, choice="change", text="Halver dosen"))
    wish = printouts.Wish(patient=patient, who=KARI, actor=prescriber, subject=review.pk)
    [said] = text_of(printouts.make("gjennomgang", wish))
    for part in ("Lege, Pasient", "Halver dosen", "Endre", "Forenklet listen.", "IKKE SIGNERT"):
        assert part in said
    assert review.pk in {choice.subject for choice in printouts.choices(patient, prescriber)}


def test_across_patients_those_who_may_find_whose_turn_it_is(
    prescriber: Actor, nurse: Actor, patient: UUID
) -> None:
    review, (one,) = begun(prescriber, patient, count=1)
    decide(review, prescriber, acts.Line(treatment_id=one.pk, choice="none"))
    acts.close(review_id=review.pk, by=prescriber, patient=patient)
    assert review_index.search(by=prescriber, due=True) == ()
    MedicationReview.objects.update(next_on=clock.today() - timedelta(days=1))
    [found] = review_index.search(by=prescriber, due=True, template="gp", who="demoberg")
    assert found.line.overdue
    assert AuditEvent.objects.filter(
        action="read.review", patient_key=patient, actor_hpr=prescriber.hpr
    ).exists()
    assert review_index.search(by=prescriber, template="care") == ()
    with pytest.raises(Forbidden):
        review_index.search(by=nurse)


def test_a_date_that_has_passed_becomes_a_task_until_somebody_has_looked(
    prescriber: Actor, patient: UUID
) -> None:
    review, (one,) = begun(prescriber, patient, count=1)
    decide(review, prescriber, acts.Line(treatment_id=one.pk, choice="none"))
    acts.close(review_id=review.pk, by=prescriber, patient=patient)
    assert due.remind({111, 115}) == 0
    yesterday = clock.today() - timedelta(days=1)
    MedicationReview.objects.update(next_on=yesterday)
    Treatment.objects.update(review_date=yesterday)
    assert due.remind(()) == 0
    assert (due.remind({111, 115}), due.remind({111, 115})) == (2, 0)
    assert {(item.code, item.subject_id) for item in WorkItem.objects.all()} == {(111, None), (115, one.pk)}
    acts.start(template="gp", by=prescriber, patient=patient)
    Treatment.objects.update(review_date=None)
    due.remind({111, 115})
    assert not WorkItem.objects.filter(open=True).exists()


def test_a_prescription_that_soon_expires_is_told_of_once(prescriber, patient, settings):
    settings.SFM_REMINDERS = [116]
    row = rows.with_prescription(patient, by=prescriber)
    cure = rows.with_prescription(patient, by=prescriber, content=contents.content(use_type="2"))
    left = (contents.terms().expires_on - clock.today()).days
    settings.SFM_EXPIRY_DAYS = left - 1
    assert due.remind({116}) == 0
    settings.SFM_EXPIRY_DAYS = left
    assert (due.remind({116}), due.remind({116})) == (1, 0)
    (item,) = WorkItem.objects.all()
    assert (item.owner_id, item.open) == (prescriber.practitioner_id, True)
    assert "dismiss_expiry" in detail.load(row.pk, patient_key=patient, actor=prescriber).row.actions
    assert "dismiss_expiry" not in detail.load(cure.pk, patient_key=patient, actor=prescriber).row.actions
    due.dismiss_expiry(treatment_id=row.pk, by=prescriber, patient=patient, version=row.version)
    assert due.remind({116}) == 0
    assert not WorkItem.objects.filter(open=True).exists()
    other = rows.with_prescription(patient, by=prescriber)
    assert due.remind({116}) == 1
    treatments.discontinue(
        treatment_id=other.pk, reason="A", by=prescriber, patient=patient, version=other.version
    )
    due.remind({116})
    assert not WorkItem.objects.filter(code=116, open=True).exists()


def test_the_pages_from_start_to_close(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    clients.forget()
    monkeypatch.setattr(lookup, "start", lambda **_given: True)
    key, pid = invented(office)
    with journal_scope(office.journal):
        row = rows.with_prescription(key)
    portal = Portal(office).log_in()
    root = portal.set_patient(pid).json()["url"].removesuffix("legemidler")

    def post(path: str, **body: Any) -> Any:
        return portal.browser.post(root + path, body, headers=OWN | {"X-CSRFToken": portal.token})

    where = post("gjennomgang/start", template="gp")["Location"].removeprefix(root)
    said = {"row": str(row.pk), "participant": "Lege", "conclusion": "Alt i orden."}
    refused = post(f"{where}/lagre", do="close", **said)
    assert refused.status_code == 422
    assert "Velg utfall for" in refused.content.decode()
    choice = {f"choice-{row.pk}": "change"}
    went = post(f"{where}/lagre", go=f"{row.pk}/endre", **said, **choice)
    assert went["Location"] == f"{root}behandling/{row.pk}/endre"
    assert post(f"{where}/lagre", go=f"{row.pk}/../../utkast", **said, **choice).status_code == 422
    assert post(f"{where}/lagre", do="close", **said, **choice)["Location"] == root + where
    page = portal.browser.get(root + where, headers=OWN).content.decode()
    assert "Avslutt gjennomgangen" not in page
    assert "Alt i orden." in page
