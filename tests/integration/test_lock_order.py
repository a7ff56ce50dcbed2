"""Everybody takes the patient's list before anything else of the patient: two at once queue, and never deadlock."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection, transaction

from sfm.core import clock
from sfm.exchange import lookup, outcomes
from sfm.exchange.models import Message
from sfm.medication.actions import lists
from sfm.medication.models import Delivery, Prescription, SourceStatus
from sfm.tenancy.scope import journal_scope
from tests.factories import sending, treatments

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfm.tenancy.models import Journal


def kj_fails(patient: object) -> tuple[Callable[[], object], Callable[[], object]]:
    asked = Message.objects.create(
        id=uuid4(), kind="KJ", direction="out", patient_key=patient, generated_at=clock.now()
    )
    return (
        lambda: lookup.failed(asked, code="E03", text="svarer ikke"),
        lambda: SourceStatus.objects.filter(patient_key=patient, source="KJ").update(news=1),
    )


def rf_gives_up(patient: object) -> tuple[Callable[[], object], Callable[[], object]]:
    row = treatments.with_prescription(patient)  # type: ignore[arg-type]
    prescription = Prescription.objects.get(treatment_id=row.pk)
    sent = Message.objects.create(
        id=prescription.pk, kind="ERM1", direction="out", patient_key=patient, generated_at=clock.now(),
        subject_id=prescription.pk, state="unknown",
    )  # fmt: skip
    mine = Prescription.objects.filter(pk=prescription.pk)
    return lambda: outcomes.too_late(sent), lambda: mine.update(delivery=Delivery.ACCEPTED)


@pytest.mark.parametrize("meeting", [kj_fails, rf_gives_up])
def test_a_worker_that_comes_second_waits_at_the_list(
    committed: tuple[Journal, Journal], meeting: Callable[[object], tuple[Callable[[], object], ...]]
) -> None:
    journal, _ = committed
    with journal_scope(journal):
        patient = sending.patient()
        sending.looked_up(patient, "RF", "PLL", "KJ")
        theirs, ours = meeting(patient)
        wrong: list[BaseException] = []
        worker = threading.Thread(target=_work, args=(journal, theirs, wrong))
        with transaction.atomic():
            lists.lock(patient)
            worker.start()
            time.sleep(0.5)  # the worker has come as far as it can
            ours()
        worker.join(10)
    assert not worker.is_alive()
    assert wrong == []


def _work(journal: Journal, act: Callable[[], object], wrong: list[BaseException]) -> None:
    try:
        with journal_scope(journal):
            act()
    except Exception as error:  # noqa: BLE001 -- told by the test
        wrong.append(error)
    finally:
        connection.close()
