"""`type=MD` and `type=KJ`: the sources are asked first, and what is news becomes tasks (integration.md 7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.core.ids import PatientKey
from sfm.exchange import lookup
from sfm.fhir.basis import waiting
from sfm.fhir.data_sharing.params import wrong
from sfm.medication.actions import ledger
from sfm.medication.models import MedicationList, SourceStatus
from sfm.patients import vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sfm.fhir.data_sharing.offers import Call

MULTIDOSE, IN_KJ = 8, 10
SOURCES: Final = {"md": ("RF", "PLL"), "kj": ("KJ",)}
RIGHTS: Final = {"md": "lib.lookup_rf", "kj": "lib.lookup_kj"}
TASKS: Final = {"md": MULTIDOSE, "kj": IN_KJ}
MOST: Final = 30  # patients asked about by one call


def before(call: Call) -> int | None:
    """Ask, and wait a little. How many patients are still being asked about; None when nobody was."""
    kind = call.params.get("type").lower()
    if kind not in SOURCES or not call.actor.may(RIGHTS[kind]):
        return None
    patients = named(call) if kind == "kj" else _multidose_patients()
    if not patients:
        return None
    since = clock.now()
    for patient in patients[:MOST]:
        lookup.start(patient_key=patient, by=call.actor, token=call.place.caller.token)
    asking = SourceStatus.objects.filter(patient_key__in=patients, source__in=SOURCES[kind], state="asking")
    waiting.until(lambda: not asking.exists(), limit=settings.SFM_TASK_LOOKUP_WAIT)
    _tasks_of(patients, kind, since)
    running: int = asking.values("patient_key").distinct().count()
    return running + max(len(patients) - MOST, 0)


def named(call: Call) -> list[PatientKey]:
    """The patients of `pid`, where this journal knows them."""
    numbers = [value for _, value in call.params.tokens("pid")]
    try:
        return sorted({key for number in numbers if (key := vault.find(number)) is not None})
    except Invalid as error:
        raise wrong("pid", "holds something that is not a valid number") from error


def _multidose_patients() -> list[PatientKey]:
    found = MedicationList.objects.exclude(Q(multidose_physician="") & Q(multidose_pharmacy=""))
    return [PatientKey(key) for key in found.order_by("patient_key").values_list("patient_key", flat=True)]


@transaction.atomic
def _tasks_of(patients: Sequence[PatientKey], kind: str, since: datetime) -> None:
    news: Iterable[UUID] = (
        SourceStatus.objects.filter(
            patient_key__in=patients, source__in=SOURCES[kind], news__gt=0, asked_at__gte=since
        )
        .values_list("patient_key", flat=True)
        .distinct()
    )
    for patient in news:
        ledger.work_item(TASKS[kind], patient=patient)
