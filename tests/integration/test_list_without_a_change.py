"""One prescription of a sending is refused: the list waits for the person, and can go without it (rulings.md 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfm.exchange import signing
from sfm.exchange.models import Message
from sfm.medication.actions import treatments
from sfm.medication.models import MedicationList, Treatment
from sfm.wire import messages
from tests.factories import contents, sending
from tests.integration.test_dispatch import Fake, dispatch

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.wire.m251 import SharedListEntry

pytestmark = pytest.mark.usefixtures("in_journal")


@pytest.fixture
def rf(monkeypatch: pytest.MonkeyPatch) -> Fake:
    service = Fake()
    monkeypatch.setattr(dispatch.client, "connect", lambda: service.gateway)
    return service


def entries() -> dict[str, SharedListEntry]:
    newest = Message.objects.filter(kind="ERM251").latest("generated_at")
    return {entry.id: entry for entry in messages.open_message(bytes(newest.raw)).body.entries}


def refused(rf: Fake, patient: UUID, by: Actor) -> tuple[Treatment, Treatment]:
    """One row in the list whose dose was then changed and one new row, both refused by RF: the list has not gone."""
    old = treatments.create(content=contents.content(), by=by, patient=patient)
    sending.sign(patient, by)
    sending.work()
    old.refresh_from_db()
    other = contents.content(dosage=contents.dosage("2+0+2"))
    treatments.change(treatment_id=old.pk, content=other, by=by, patient=patient, version=old.version)
    new = treatments.create(content=contents.content(product=contents.SIMVASTATIN), by=by, patient=patient)
    rf.refuse("ERM1", "205")
    sending.sign(patient, by)
    sending.work()
    assert len(rf.accepted("ERM251")) == 1
    return old, new


def test_the_entry_stands_as_rf_last_accepted_it_and_is_never_dropped(rf, doctor, patient):
    old, new = refused(rf, patient, doctor)
    assert MedicationList.objects.get(patient_key=patient).pll_outdated
    review = signing.review(patient_key=patient, by=doctor, session_id="s")
    assert {pk for pk, _ in review.refused} == {old.pk, new.pk}
    left_out = frozenset({old.pk, new.pk})
    review = signing.review(patient_key=patient, by=doctor, session_id="s", without=left_out)
    assert [item.kind for item in review.items] == ["Legemiddelliste"]
    assert any("uten endringen av Metoprolol" in text for text in review.warnings)
    sending.sign(patient, doctor, intent=review.intent_id)
    sending.work()
    sent = entries()
    assert set(sent) == {str(old.pk)}
    prescribed = sent[str(old.pk)].parsed_medication().prescribing
    assert prescribed.dosage_text == "1 tablett morgen og kveld"
    assert sent[str(old.pk)].type.code == "E"
    kept = Treatment.objects.get(pk=old.pk)
    assert (kept.unsent_verb, kept.dosage_text) == ("changed", "2\u00a0tabletter morgen og kveld")
    assert not MedicationList.objects.get(patient_key=patient).pll_outdated


def test_only_what_was_refused_can_be_left_out(rf, doctor, patient):
    row = treatments.create(content=contents.content(), by=doctor, patient=patient)
    review = signing.review(patient_key=patient, by=doctor, session_id="s", without=frozenset({row.pk}))
    assert [item.kind for item in review.items] == ["Ny resept", "Legemiddelliste"]
