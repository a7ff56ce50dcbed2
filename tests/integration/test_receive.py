"""What RF sends on its own: kept once, answered the same every time, worked on afterwards."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from sfm.core import clock
from sfm.exchange import quarantine, receive
from sfm.exchange.models import Message
from sfm.medication.models import Prescription, Treatment, WorkItem
from sfm.tenancy import scope
from sfm.tenancy.models import Organisation
from sfm.tenancy.scope import journal_scope
from sfm.wire import apprec, m5, m7, m10, m52, messages, msghead
from sfm.wire.parties import Organisation as WireOrganisation
from sfm.wire.parties import Party, Patient
from sfm.wire.safe_xml import MAX_BYTES
from sfm.wire.values import cv, ident
from tests.factories import sending
from tests.factories import treatments as rows

pytestmark = pytest.mark.usefixtures("in_journal")
RF = Party(organisation=WireOrganisation(name="Reseptformidleren", idents=(ident("ENH", "994598759"),)))
US = Party(organisation=WireOrganisation(name="Åskollen legesenter", idents=(ident("ENH", "310001104"),)))


@pytest.fixture
def prescription(prescriber):
    return rows.prescription(rows.treatment(uuid4(), by=prescriber), by=prescriber)


@pytest.fixture
def her_id(journal):
    return Organisation.objects.get(journal_id=journal.pk).her_id


def message(kind, body, **given):
    values = {
        "id": str(uuid4()),
        "generated_at": clock.now().replace(microsecond=0),
        "sender": RF,
        "receiver": US,
    }
    return messages.compose(kind, body, **(values | given))


def recalled(prescription, status="1"):
    texts = {"1": "Resept tilbakekalt", "2": "Under ekspedering"}
    body = m52.RecallReceipt(prescription_id=str(prescription.pk), status=cv(status, 7503, texts[status]))
    return message("ERM52", body)


@pytest.fixture
def arrive(journal, her_id):
    """As the door does it, outside any scope; then the worker. The test stands in its journal again afterwards."""
    with ExitStack() as inside:

        def deliver(raw, receiver=her_id):
            scope.leave()
            taken = receive.take(raw, receiver)
            inside.enter_context(journal_scope(journal))
            sending.work()
            return taken

        yield deliver


@pytest.mark.parametrize(("status", "expected"), [("1", "T"), ("2", "E")])
def test_the_receipt_of_a_recall(prescription, arrive, status, expected):
    taken = arrive(recalled(prescription, status))
    assert taken.kept
    assert apprec.parse(taken.receipt).accepted
    prescription.refresh_from_db()
    assert (prescription.recall_delivery, prescription.rf_status) == ("accepted", expected)


def test_the_same_message_twice_is_kept_once(prescription, arrive):
    raw = recalled(prescription)
    assert arrive(raw).kept
    assert arrive(raw).kept
    assert Message.objects.filter(direction="in").count() == 1


def test_a_recall_by_somebody_else_is_shown_and_leaves_the_treatment(prescription, arrive, prescriber):
    recall = m5.Recall(prescription_id=str(prescription.pk), reason=cv("2", 7500, "Seponering"))
    attached = msghead.attachment(message("ERM5", recall))
    arrive(message("ERM7", m7.RecalledByOther(at=clock.now()), attachments=(attached,)))
    row = Treatment.objects.get()
    assert (row.review, row.lifecycle) == ("unseen_changed", "active")
    assert Prescription.objects.get().rf_status == "T"
    assert WorkItem.objects.get(code=101).owner_id == prescriber.practitioner_id


def dispensed(prescription):
    given = m10.Dispensing(
        prescription_id=str(prescription.pk),
        dispensed_on=clock.today(),
        dispenser=m10.Dispenser(her_id=ident("HER", "8400020"), name="Demo apotek"),
    )
    return message("ERM6", m10.PrescriberReport(dispensing=given, m10_id=str(uuid4())))


def test_a_report_that_comes_after_the_recall_makes_nothing_dispensable_again(prescription, arrive):
    arrive(recalled(prescription))
    arrive(dispensed(prescription))
    prescription.refresh_from_db()
    assert (prescription.rf_status, len(prescription.dispensed)) == ("T", 1)


def test_two_reports_at_once_are_both_kept(prescription, arrive, monkeypatch):
    """Two workers read the prescription; the second waits for the first and looks again."""
    arrive(dispensed(prescription))
    stale = Prescription.objects.get()
    stale.dispensed = []
    monkeypatch.setattr(receive, "_prescription_of", lambda _opened: stale)
    arrive(dispensed(prescription))
    assert len(Prescription.objects.get().dispensed) == 2


def test_a_dispensing_is_seen_on_the_prescription(prescription, arrive):
    arrive(dispensed(prescription))
    prescription.refresh_from_db()
    assert prescription.dispensed[0]["pharmacy"] == "Demo apotek"
    assert prescription.last_dispensed_at is not None


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"<a>", "T01"), (b"<a/>", "T02")],
)
def test_what_cannot_be_read_is_refused_for_good(arrive, raw, code):
    taken = arrive(raw)
    assert not taken.kept
    assert apprec.parse(taken.receipt).errors[0].code == code


def test_what_is_refused_is_kept_in_quarantine_for_thirty_days(arrive, monkeypatch):
    arrive(b"<a/>")
    arrive(b"<a/>")
    kept = Message.objects.get()
    assert (bytes(kept.raw), kept.state, kept.errors[0]["code"]) == (b"<a/>", "quarantined", "T02")
    scope.leave()  # as the beat runs it
    later = clock.now() + timedelta(days=29)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert quarantine.empty() == 0
    monkeypatch.setattr(clock, "now", lambda: later + timedelta(days=1, minutes=1))
    assert quarantine.empty() == 1


def test_other_bytes_under_a_used_id_are_kept_and_change_nothing(prescription, arrive):
    first = recalled(prescription)
    arrive(first)
    used = messages.open_message(first).id
    other = message("ERM52", messages.open_message(recalled(prescription, "2")).body, id=used)
    taken = arrive(other)
    assert apprec.parse(taken.receipt).status.code == apprec.OK.code
    prescription.refresh_from_db()
    assert prescription.rf_status == "T"
    assert [kept.pk != UUID(used) for kept in Message.objects.filter(state="quarantined")] == [True]


def test_a_message_about_nobody_we_know_is_kept_and_makes_no_trouble(arrive):
    somebody = Patient(family_name="Demosen", given_name="Per", idents=(ident("FNR", "81234567890"),))
    body = m52.RecallReceipt(prescription_id=str(uuid4()), status=cv("1", 7503, "Resept tilbakekalt"))
    arrive(message("ERM52", body, patient=somebody))
    kept = Message.objects.get()
    assert (kept.state, kept.patient_key) == ("accepted", None)


def test_an_unknown_receiver_is_refused(prescription, arrive):
    taken = arrive(recalled(prescription), "999")
    assert apprec.parse(taken.receipt).errors[0].code == "E21"
    assert not Message.objects.exists()


@pytest.mark.parametrize(("shown", "status"), [("Bearer hemmelig", 422), ("Bearer feil", 401), ("", 401)])
def test_the_door_knows_its_adapter(rf, settings, shown, status):
    from sfm.fhir.integration.views import rf_in

    settings.RF_ASYNC_SECRET = "hemmelig"
    headers = {"HTTP_AUTHORIZATION": shown} if shown else {}
    request = rf.post("/integrasjon/rf/inn", data=b"<a/>", content_type="application/xml", **headers)
    assert rf_in(request).status_code == status


def test_a_large_message_comes_in_whole_and_one_beyond_measure_does_not(rf, settings):
    from sfm.fhir.integration.views import rf_in

    settings.RF_ASYNC_SECRET = "hemmelig"
    for size, status in ((3 * 1024 * 1024, 422), (MAX_BYTES + 1, 413)):
        body = b"<a>" + b" " * (size - 7) + b"</a>"
        request = rf.post(
            "/integrasjon/rf/inn",
            data=body,
            content_type="application/xml",
            HTTP_AUTHORIZATION="Bearer hemmelig",
        )
        assert rf_in(request).status_code == status
