"""(Oppslag) Asking RF, PLL, KJ and KI about a patient: questions in the request, answers in workers (clinical.md 7)."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F

from sfm.audit.record import record
from sfm.core import clock
from sfm.core.errors import SfmError
from sfm.core.ids import PatientKey
from sfm.exchange import critical_information, envelopes, merging, questions, queueing, reference_numbers
from sfm.exchange.models import LookupSnapshot, Message
from sfm.exchange.translate import records
from sfm.medication.actions import lists
from sfm.medication.models import SourceStatus
from sfm.patients import vault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.exchange.envelopes import Author
    from sfm.exchange.questions import Terms
    from sfm.medication.rules.merge import Record
    from sfm.patients.identity import PatientIdentity

NO_NUMBER = "Pasienten har verken fødselsnummer eller D-nummer, og kan ikke slås opp."
RIGHTS = {"RF": "lib.lookup_rf", "PLL": "lib.lookup_rf", "KJ": "lib.lookup_kj", "KI": "lib.lookup_kj"}
GIVEN_UP = timedelta(minutes=4)  # an answer that has not come by now never will


def start(
    *,
    patient_key: UUID,
    by: Actor,
    token: str | None = None,
    force: bool = False,
    terms: Terms = questions.ORDINARY,
) -> bool:
    """Ask every source the actor has a right to; False when somebody just did (60 s per patient and user).

    `token` is the access token of the user at RF and KJ, when there is one. `force` is «Oppdater».
    """
    wanted = [source for source, right in RIGHTS.items() if by.may(right)]
    if not wanted or (not force and _just_asked(patient_key, by)):
        return False
    person = vault.open_identity(PatientKey(patient_key))
    terms = reference_numbers.with_own(patient_key, terms)
    with transaction.atomic():
        lists.lock(patient_key)
        asked = (
            wanted if person.has_national_id else ["RF"] * bool("RF" in wanted and terms.reference_numbers)
        )
        for source in set(wanted) - set(asked):
            _mark(patient_key, source, by, state="refused", error_text=NO_NUMBER[:255])
        if asked:
            _ask(asked, person=person, patient_key=patient_key, by=by, token=token or "", terms=terms)
        critical_information.tell_again(patient_key, by=by, token=token or "")
        record(by, "lookup.start", patient=patient_key, detail={"sources": wanted})
        queueing.wake(by.journal_id)
    return True


def _just_asked(patient_key: UUID, by: Actor) -> bool:
    since = clock.now() - timedelta(seconds=settings.LOOKUP_DEBOUNCE)
    asked = SourceStatus.objects.filter(
        patient_key=patient_key, asked_by=by.practitioner_id, asked_at__gt=since
    )
    return bool(asked.exists())


def _ask(
    wanted: list[str], *, person: PatientIdentity, patient_key: UUID, by: Actor, token: str, terms: Terms
) -> None:
    author, problem = _author(wanted, by)
    signed = ("RF", "PLL") if author is None else ()
    for source in (source for source in wanted if source in signed):
        _mark(patient_key, source, by, state="failed", error_text=problem[:255], failed_at=clock.now())
    asked = [source for source in wanted if source not in signed]
    messages = [
        questions.made(
            source, person=person, patient_key=patient_key, author=author, by=by, token=token, terms=terms
        )
        for source in asked
    ]
    Message.objects.bulk_create(messages)
    queueing.put_questions(messages, patient_key=patient_key)
    _mark_asked(patient_key, asked, by)


def _author(wanted: list[str], by: Actor) -> tuple[Author | None, str]:
    if "RF" not in wanted:
        return None, ""
    try:
        return envelopes.author(by), ""
    except SfmError as error:
        return None, error.text


def _mark(patient_key: UUID, source: str, by: Actor, **values: object) -> None:
    SourceStatus.objects.update_or_create(
        patient_key=patient_key,
        source=source,
        defaults={"asked_at": clock.now(), "asked_by": by.practitioner_id, "news": 0, **values},
    )


def _mark_asked(patient_key: UUID, asked: list[str], by: Actor) -> None:
    """All of them in one statement; under the lock of the patient's list."""
    now = clock.now()
    SourceStatus.objects.bulk_create(
        [
            SourceStatus(
                patient_key=patient_key,
                source=source,
                state="asking",
                asked_at=now,
                asked_by=by.practitioner_id,
            )
            for source in asked
        ],
        update_conflicts=True,
        unique_fields=["patient_key", "source"],
        update_fields=["state", "asked_at", "asked_by", "news", "error_code", "error_text"],
    )


def answered(message: Message, raw: bytes, found: Iterable[Record], *, remark: str = "") -> None:
    """Keep what a source said, unchanged, and merge it when the others have answered too. `remark` stands beside the
    time of the answer: what could not be shown of it."""
    source = questions.SOURCE_OF[message.kind]
    patient_key = message.patient_key
    if patient_key is None:
        raise ValueError("a question without a patient")
    data = [records.to_data(one) for one in found]
    with transaction.atomic():
        lists.lock(patient_key)
        _keep(patient_key, source, raw, data)
        SourceStatus.objects.filter(patient_key=patient_key, source=source).update(
            state="ok", succeeded_at=clock.now(), error_code="", error_text=remark
        )
        _settle(message, "accepted")
        merge_if_complete(patient_key)


def failed(message: Message, *, code: str, text: str, state: str = "failed") -> None:
    """A source did not answer, or refused. The others' answers are merged all the same."""
    source = questions.SOURCE_OF[message.kind]
    if message.patient_key is None:
        raise ValueError("a question without a patient")
    with transaction.atomic():
        lists.lock(message.patient_key)
        SourceStatus.objects.filter(patient_key=message.patient_key, source=source).update(
            state=state, failed_at=clock.now(), error_code=code[:24], error_text=text[:255]
        )
        _settle(message, "failed")
        merge_if_complete(message.patient_key)


def merge_if_complete(patient_key: UUID) -> None:
    """RF and PLL are merged together, so that a prescription finds its entry; KJ never holds them back."""
    long_ago = clock.now() - GIVEN_UP
    asking = SourceStatus.objects.filter(
        patient_key=patient_key, source__in=("RF", "PLL"), state="asking", asked_at__gt=long_ago
    )
    if asking.exists():
        return
    for source, count in merging.run(patient_key).items():
        # added up: KJ's late answer merges everything again, and must not make the news of RF forgotten
        SourceStatus.objects.filter(patient_key=patient_key, source=source).update(news=F("news") + count)


def _keep(patient_key: UUID, source: str, raw: bytes, data: list[dict[str, object]]) -> None:
    plain = json.dumps(data, sort_keys=True, ensure_ascii=False).encode()
    LookupSnapshot.objects.create(
        patient_key=patient_key,
        source=source,
        received_at=clock.now(),
        raw=raw,
        records=data,
        digest=hashlib.sha256(plain).hexdigest(),
    )


def _settle(message: Message, state: str) -> None:
    message.state, message.settled_at, message.token = state, clock.now(), ""
    message.save(update_fields=["state", "settled_at", "token"])
