"""What an answer of RF proves: which question and patient it belongs to, and what follows from what it lacks."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.exchange import quarantine
from sfm.medication.models import Delivery, Prescription
from sfm.medication.models.prescription import LIVE
from sfm.patients import vault
from sfm.wire import messages
from sfm.wire.safe_xml import WireFormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from sfm.exchange.models import Message
    from sfm.wire.messages import Opened

alarm = logging.getLogger("sfm.alarm")
LISTED_AFTER = timedelta(minutes=5)  # what RF has just taken it need not list at once
SEARCHED = ("", "4")  # 7407: the other codes say that nothing was searched for


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """An M9.6 as a witness. `seen`: ReseptId → recalled, of everything listed, readable or not."""

    asked_at: datetime
    seen: Mapping[str, bool]
    by_patient: bool  # asked by number, searched, and not cut down to the asker's own
    reference_numbers: frozenset[str]

    def would_show(self, prescription: Prescription) -> bool:
        """RF shows locked prescriptions to nobody who does not name their number (eresept.md 5.4)."""
        if prescription.locked:
            return str(prescription.reference_number) in self.reference_numbers
        return self.by_patient


def of(question: Message, *, seen: Mapping[str, bool], only_own: bool, search_status: str) -> Evidence:
    asked = messages.open_message(bytes(question.raw)).body
    by_patient = bool(asked.national_id) and not only_own and search_status in SEARCHED
    return Evidence(
        asked_at=question.generated_at,
        seen=seen,
        by_patient=by_patient,
        reference_numbers=frozenset(asked.reference_numbers),
    )


def mark_missing(patient_key: UUID, found: Evidence) -> None:
    """RF deletes by its own periods. What could be dispensed on, and is not among all that RF lists, can be so no
    longer, whatever was last heard of it (eresept.md 7). It is never deleted here."""
    known = Prescription.objects.filter(
        patient_key=patient_key,
        type="E",
        delivery__in=(Delivery.ACCEPTED, Delivery.FOREIGN),
        rf_status__in=LIVE,
        rf_status_at__lt=found.asked_at - LISTED_AFTER,
        rf_missing_since=None,
    )
    gone = [each.pk for each in known if str(each.pk) not in found.seen and found.would_show(each)]
    if gone:
        Prescription.objects.filter(pk__in=gone).update(rf_missing_since=clock.now())


def answer_to(question: Message, raw: bytes) -> Opened:
    """The answer, opened. Raises WireFormatError when it cannot be read, and rings when it says that it answers
    another question; the bytes are kept in quarantine."""
    try:
        opened = messages.open_message(raw)
        _require_answer(question, opened)
    except WireFormatError as error:
        quarantine.keep(raw, kind="", code=error.code, text=error.text)
        raise
    return opened


def _require_answer(question: Message, opened: Opened) -> None:
    conversation = opened.envelope.info.conversation
    if conversation is not None and (conversation.parent or "").lower() != str(question.pk):
        alarm.error("the answer to message %s belongs to another question", question.pk)
        raise WireFormatError("E10", "Svaret gjelder et annet spørsmål.")


def is_of(patient_key: UUID) -> Callable[[str | None], bool]:
    """Whether a national number belongs to this patient, also a superseded one. No number says nothing else."""

    @cache
    def belongs(pid: str | None) -> bool:
        if not pid:
            return True
        try:
            return vault.find(pid) == patient_key
        except Invalid:
            return False

    return belongs


def require_own(question: Message, *, foreign: bool) -> None:
    """Raises WireFormatError, and rings, when the source says that its answer is about somebody else."""
    if foreign:
        alarm.error("the answer to message %s is about another patient", question.pk)
        raise WireFormatError("E10", "Svaret gjelder en annen pasient.")
