"""Reactions told to KJ by outbox and worker, never lost; and recognised when KJ and the shared list tell of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from sfm.core import clock
from sfm.core.errors import Conflict, Forbidden, Invalid
from sfm.exchange import critical_information, dispatch, queueing
from sfm.exchange.models import Message
from sfm.exchange.translate import ki, shared_list
from sfm.gateways.kj import client
from sfm.gateways.kj.errors import KjRefused, KjUnavailable
from sfm.medication.actions import reactions
from sfm.medication.models import CriticalReaction, MedicationList, ReactionEvent
from sfm.medication.queries import reaction_cards
from sfm.medication.rules.reaction_words import REACTIONS
from sfm.outbox import queue
from sfm.outbox.models import OutboxEntry, State
from sfm.patients.identity import PatientIdentity
from tests.factories import sending

if TYPE_CHECKING:
    from sfm.core.actor import Actor

PENICILLIN: dict[str, Any] = {
    "agent_kind": "atc", "agent_code": "J01CE02", "agent_text": "J01CE02 Fenoksymetylpenicillin", "reaction": "1",
    "certainty": "3", "severity": "1",
}  # fmt: skip


@dataclass
class FakeKj:
    """Keeps what it is told; can be down, refuse, or lose its answer."""

    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    down: bool = False
    loses_answer: bool = False
    refuses: str = ""

    def reactions(self, **_who: str) -> list[dict[str, Any]]:
        self._answer()
        return list(self.kept.values())

    def write_reaction(self, resource: dict[str, Any], *, key: str = "", **_who: str) -> dict[str, Any]:
        self._answer()
        stored = resource | {"id": key or str(uuid4())}
        self.kept[stored["id"]] = stored
        if self.loses_answer:
            self.loses_answer = False
            raise KjUnavailable("lost")
        return stored

    def _answer(self) -> None:
        if self.down:
            raise KjUnavailable("down")
        if self.refuses:
            raise KjRefused(self.refuses, "Pasienten har reservert seg mot kjernejournal.")


@pytest.fixture
def kj(monkeypatch: pytest.MonkeyPatch, in_journal: object) -> FakeKj:
    made = FakeKj()
    monkeypatch.setattr(client, "connect", lambda: made)
    monkeypatch.setattr(queueing, "wake", lambda _journal: None)
    return made


@pytest.fixture
def patient(prescriber: Actor, in_journal: object) -> UUID:
    return sending.patient()


def register(by: Actor, patient: UUID, **given: Any) -> CriticalReaction:
    row = reactions.register(**(PENICILLIN | given), by=by, patient=patient)
    critical_information.tell(row, by=by, token="")
    return row


def work(row: CriticalReaction) -> CriticalReaction:
    OutboxEntry.objects.filter(state=State.WAITING).update(available_at=clock.now())
    for entry in queue.lease((queueing.TELL,)):
        dispatch.handle(entry)
    row.refresh_from_db()
    return row


def test_a_reaction_reaches_kj_and_its_correction_replaces_it(
    kj: FakeKj, prescriber: Actor, patient: UUID
) -> None:
    row = work(register(prescriber, patient))
    assert (row.kj_state, row.known_to) == ("told", ["lokal", "KJ"])
    content = reactions.Content(**(PENICILLIN | {"reaction": "10"}))
    changed = reactions.change(reaction_id=row.pk, content=content, by=prescriber, patient=patient)
    critical_information.tell(changed, by=prescriber, token="")
    work(row)
    [kept] = kj.kept.values()
    assert kept["id"] == row.kj_id
    assert kept["reaction"][0]["manifestation"][0]["coding"][0]["code"] == "10"


def test_kj_that_is_down_is_asked_until_it_answers_and_told_once(
    kj: FakeKj, prescriber: Actor, patient: UUID
) -> None:
    kj.down = True
    row = work(register(prescriber, patient))
    assert row.kj_state == "waiting"
    kj.down, kj.loses_answer = False, True
    work(row)
    assert work(row).kj_state == "told"
    assert len(kj.kept) == 1


def test_what_is_corrected_while_an_answer_is_lost_is_one_reaction_in_kj(
    kj: FakeKj, prescriber: Actor, patient: UUID
) -> None:
    kj.loses_answer = True
    row = work(register(prescriber, patient))
    content = reactions.Content(**(PENICILLIN | {"reaction": "10"}))
    changed = reactions.change(reaction_id=row.pk, content=content, by=prescriber, patient=patient)
    critical_information.tell(changed, by=prescriber, token="")
    assert work(work(row)).kj_state == "told"
    assert list(kj.kept) == [row.kj_id]


def test_a_refusal_is_shown_and_the_next_who_opens_the_patient_takes_it_along(
    kj: FakeKj, prescriber: Actor, nurse: Actor, patient: UUID
) -> None:
    kj.refuses = "KJF-000204"
    row = work(register(prescriber, patient))
    [card] = reaction_cards.load(patient).active
    assert (card.kj_state, card.kj_error) == ("refused", "Pasienten har reservert seg mot kjernejournal.")
    kj.refuses = ""
    assert critical_information.tell_again(patient, by=nurse, token="") == 0
    assert critical_information.tell_again(patient, by=prescriber, token="") == 1
    assert work(row).kj_state == "told"


def test_a_login_that_ended_is_no_refusal(kj: FakeKj, prescriber: Actor, patient: UUID) -> None:
    kj.refuses = "KJF-000101"
    row = work(register(prescriber, patient))
    assert row.kj_state == "waiting"
    assert Message.objects.get(subject_id=row.pk).state == "failed"
    kj.refuses = ""
    critical_information.tell_again(patient, by=prescriber, token="")
    assert work(row).kj_state == "told"


def test_what_we_told_is_recognised_when_kj_tells_it_back(
    kj: FakeKj, prescriber: Actor, patient: UUID
) -> None:
    row = work(register(prescriber, patient, certainty="2", comment="Hovnet i ansiktet"))
    back = [ki.reaction(one, patient) for one in kj.kept.values()]
    assert (back[0].certainty, back[0].agent_code, back[0].severity) == ("2", "J01CE02", "1")
    assert critical_information.take_in(patient, back, source="KJ") == 0
    assert CriticalReaction.objects.filter(patient_key=patient).count() == 1
    assert row.pk == CriticalReaction.objects.get(patient_key=patient).pk


def test_what_kj_has_refuted_is_refuted_here_and_remembered(
    kj: FakeKj, prescriber: Actor, patient: UUID
) -> None:
    row = work(register(prescriber, patient))
    told = json.loads(json.dumps(kj.kept[row.kj_id]))
    told["verificationStatus"]["coding"][0]["code"] = "refuted"
    critical_information.take_in(patient, [ki.reaction(told, patient)], source="KJ")
    row.refresh_from_db()
    assert (row.active, row.verification) == (False, "2")
    assert ReactionEvent.objects.filter(reaction_id=row.pk, verb="updated", by_name="Kjernejournal").exists()


def test_a_new_one_from_kj_ends_none_known(kj: FakeKj, prescriber: Actor, patient: UUID) -> None:
    reactions.none_known(by=prescriber, patient=patient)
    elsewhere = CriticalReaction(
        patient_key=patient, agent_kind="atc", agent_code="C09AA", agent_text="ACE-hemmere", reaction="9",
        known_to=["KJ"], registered_by="Dr. Annen", updated=clock.now(), created=clock.now(),
    )  # fmt: skip
    assert critical_information.take_in(patient, [elsewhere], source="KJ") == 1
    assert MedicationList.objects.get(pk=patient).no_known_reactions_at is None


def test_free_text_becomes_one_that_warns_and_the_history_says_so(
    prescriber: Actor, patient: UUID, in_journal: object
) -> None:
    row = reactions.register(
        agent_kind="text",
        agent_text="penicillin",
        reaction="10",
        certainty="1",
        by=prescriber,
        patient=patient,
    )
    assert not reaction_cards.load(patient).active[0].warns
    content = reactions.Content(**(PENICILLIN | {"reaction": "10"}))
    reactions.change(reaction_id=row.pk, content=content, by=prescriber, patient=patient)
    [card] = reaction_cards.load(patient).active
    assert card.warns
    assert [line.verb for line in card.history] == ["Strukturert", "Registrert"]
    assert ("Reagerer på", "penicillin", PENICILLIN["agent_text"]) in card.history[0].changes


def test_alike_reactions_stand_side_by_side_until_a_person_merges_them(
    prescriber: Actor, nurse: Actor, patient: UUID, in_journal: object
) -> None:
    first = reactions.register(**PENICILLIN, by=prescriber, patient=patient)
    second = reactions.register(**(PENICILLIN | {"reaction": "10"}), by=prescriber, patient=patient)
    assert [len(card.alike) for card in reaction_cards.load(patient).active] == [1, 1]
    with pytest.raises(Conflict):
        reactions.register(**PENICILLIN, by=prescriber, patient=patient)
    with pytest.raises(Forbidden):
        reactions.merge(reaction_id=first.pk, away_id=second.pk, by=nurse, patient=patient)
    reactions.merge(reaction_id=first.pk, away_id=second.pk, by=prescriber, patient=patient)
    [card] = reaction_cards.load(patient).active
    assert card.id == first.pk
    other = reactions.register(
        **(PENICILLIN | {"agent_code": "C09AA", "agent_text": "C09AA"}), by=prescriber, patient=patient
    )
    with pytest.raises(Invalid):
        reactions.merge(reaction_id=first.pk, away_id=other.pk, by=prescriber, patient=patient)


def test_the_shared_list_carries_what_it_has_a_place_for(
    prescriber: Actor, patient: UUID, in_journal: object
) -> None:
    reactions.register(**PENICILLIN, by=prescriber, patient=patient)
    reactions.register(
        agent_kind="excipient", agent_code="laktose", agent_text="laktose", reaction="13", certainty="3",
        by=prescriber, patient=patient,
    )  # fmt: skip
    rows = CriticalReaction.objects.filter(patient_key=patient)
    [sent] = shared_list.reactions(rows, REACTIONS)
    assert sent.agent.atc is not None
    assert sent.agent.atc.code == "J01CE02"


def test_a_patient_without_a_number_cannot_be_told_of(kj: FakeKj, prescriber: Actor) -> None:
    from sfm.patients import vault

    unnumbered = vault.register(PatientIdentity(family="Demosen", given="Nyfødt"))
    row = register(prescriber, unnumbered)
    assert (row.kj_state, row.kj_error) == ("refused", critical_information.NO_NUMBER)
