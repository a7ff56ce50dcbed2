"""`type=MD` and `type=KJ`: the sources are asked first, and what is news becomes tasks (integration.md 7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.exchange import lookup, multidose_changes
from sfm.exchange.models import Message
from sfm.fhir.basis import waiting
from sfm.fhir.data_sharing.params import wrong
from sfm.medication.actions import ledger
from sfm.medication.models import SourceStatus
from sfm.patients import vault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sfm.core.ids import PatientKey
    from sfm.fhir.data_sharing.offers import Call
    from sfm.tenancy.models import Organisation

IN_KJ: Final = 10
RIGHTS: Final = {"md": "lib.lookup_rf", "kj": "lib.lookup_kj"}
MOST: Final = 30  # patients asked about by one call


def before(call: Call) -> int | None:
    """Ask, and wait a little. How many are still being asked about; None when nobody was."""
    kind = call.params.get("type").lower()
    if kind not in RIGHTS or not call.actor.may(RIGHTS[kind]):
        return None
    if kind == "md":
        return of_multidose(call.place.organisation, limit=settings.SFM_TASK_LOOKUP_WAIT)
    return _of_kj(call)


def of_multidose(unit: Organisation, *, limit: float) -> int | None:
    """RF knows which of the unit's multidose patients have changed: one question for all of them (M9.21)."""
    question = multidose_changes.ask(unit)
    if question is None:
        return None
    settled = Message.objects.filter(pk=question.pk).exclude(settled_at=None)
    waiting.until(lambda: bool(settled.exists()), limit=limit)
    question.refresh_from_db(fields=["state"])
    return {"accepted": 0, "queued": 1}.get(question.state)


def _of_kj(call: Call) -> int | None:
    patients = named(call)
    if not patients:
        return None
    since = clock.now()
    for patient in patients[:MOST]:
        lookup.start(patient_key=patient, by=call.actor, token=call.place.caller.token)
    asking = SourceStatus.objects.filter(patient_key__in=patients, source="KJ", state="asking")
    waiting.until(lambda: not asking.exists(), limit=settings.SFM_TASK_LOOKUP_WAIT)
    _tasks_of(patients, since)
    running: int = asking.values("patient_key").distinct().count()
    return running + max(len(patients) - MOST, 0)


def named(call: Call) -> list[PatientKey]:
    """The patients of `pid`, where this journal knows them."""
    numbers = [value for _, value in call.params.tokens("pid")]
    try:
        return sorted({key for number in numbers if (key := vault.find(number)) is not None})
    except Invalid as error:
        raise wrong("pid", "holds something that is not a valid number") from error


@transaction.atomic
def _tasks_of(patients: Sequence[PatientKey], since: datetime) -> None:
    news = SourceStatus.objects.filter(patient_key__in=patients, source="KJ", news__gt=0, asked_at__gte=since)
    for patient in news.values_list("patient_key", flat=True).distinct():
        ledger.work_item(IN_KJ, patient=patient)
