"""(Kritisk informasjon) Telling KJ of reactions and taking in what KJ and the shared list tell (rulings.md 13).

The promise is made with the change, and kept by a worker: KJ may be down, refuse, or the user's token may have run out.
Until KJ has it the reaction says so, and whoever next opens the patient with the right takes it along.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from sfm.core import clock
from sfm.core.ids import PatientKey
from sfm.exchange import queueing, tokens
from sfm.exchange.models import Message
from sfm.exchange.translate import ki
from sfm.gateways.kj import client as kj
from sfm.gateways.kj.errors import KjRefused, KjUnavailable
from sfm.identity.models import Practitioner
from sfm.medication.actions import lists, reactions
from sfm.medication.models import CriticalReaction, MedicationList
from sfm.medication.reaction_rows import snapshot, told
from sfm.medication.rules import reaction_match
from sfm.outbox import queue
from sfm.patients import vault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sfm.core.actor import Actor
    from sfm.outbox.models import OutboxEntry

KIND = "KI-WRITE"
RIGHT = "reaction.register"
LOGIN_ENDED = "Innloggingen løp ut før kjernejournal svarte. Reaksjonen meldes neste gang pasienten åpnes."
NO_NUMBER = "Pasienten har verken fødselsnummer eller D-nummer."
UNFINISHED = ("queued", "sending")


def tell(row: CriticalReaction, *, by: Actor, token: str) -> None:
    """Promise to tell KJ, in the transaction of the change. An older promise about the same reaction is replaced."""
    person = vault.open_identity(PatientKey(row.patient_key))
    if not person.has_national_id:
        _mark(row, "refused", NO_NUMBER)
        return
    Message.objects.filter(subject_id=row.pk, kind=KIND, state__in=UNFINISHED).update(state="withdrawn")
    message = Message.objects.create(
        kind=KIND,
        direction="out",
        patient_key=row.patient_key,
        subject_id=row.pk,
        raw=json.dumps(ki.resource(row, person=person, by=by), ensure_ascii=False).encode(),
        token=token,
        signed_by=by.practitioner_id,
        signed_by_name=by.name,
        generated_at=clock.now(),
    )
    _mark(row, "waiting")
    queueing.put_reaction(message)
    queueing.wake(by.journal_id)


def tell_again(patient_key: UUID, *, by: Actor, token: str) -> int:
    """What KJ has not got, once more with the token of whoever opens the patient. Returns how many."""
    if not by.may(RIGHT):
        return 0
    rows = CriticalReaction.objects.filter(patient_key=patient_key, kj_state__in=("waiting", "refused"))
    left = [row for row in rows if not _is_on_its_way(row)]
    for row in left:
        tell(row, by=by, token=token)
    return len(left)


def carry(entry: OutboxEntry, message: Message) -> None:
    """The worker's part. KJ that does not answer is asked again for as long as it takes."""
    row = CriticalReaction.objects.filter(pk=message.subject_id or UUID(int=0)).first()
    if row is None or message.state not in UNFINISHED:
        queue.done(entry)
        return
    try:
        kept = _write(row, message, again=entry.attempts > 1 or _was_sent_before(message))
    except KjUnavailable:
        queue.retry(entry, after=queue.backoff(entry.attempts), problem="kj")
        return
    except KjRefused as refused:
        ended = refused.code.endswith("000101")
        with transaction.atomic():
            lists.lock(row.patient_key)
            _mark(row, "waiting" if ended else "refused", LOGIN_ENDED if ended else refused.text)
            _settle(message, "failed")
            queue.done(entry)
        return
    with transaction.atomic():
        lists.lock(row.patient_key)
        row.refresh_from_db(fields=["kj_id", "known_to"])
        row.kj_id = str(kept.get("id") or row.kj_id)
        row.known_to = [*row.known_to, "KJ"] if "KJ" not in row.known_to else row.known_to
        row.save(update_fields=["kj_id", "known_to"])
        _mark(row, "told")
        _settle(message, "accepted")
        queue.done(entry)


def _write(row: CriticalReaction, message: Message, *, again: bool) -> dict[str, Any]:
    """`again`: the answer to an earlier attempt may have been lost, so KJ is asked whether it has ours already."""
    register, token = kj.connect(), tokens.for_kj(message)
    person = vault.open_identity(PatientKey(row.patient_key))
    sender = Practitioner.objects.filter(pk=message.signed_by or UUID(int=0)).first()
    who = {"pid": person.pid, "role": sender.personnel_category if sender else "", "token": token}
    key = row.kj_id
    if again and not key:
        key = next((str(one["id"]) for one in register.reactions(**who) if _is_ours(one, row)), "")
    return register.write_reaction(json.loads(bytes(message.raw or b"{}")), key=key, **who)


def _was_sent_before(message: Message) -> bool:
    """An older promise about the same reaction, replaced by this one, may have been on its way."""
    told = Message.objects.filter(subject_id=message.subject_id, kind=KIND)
    return bool(told.exclude(pk=message.pk).exists())


def _is_ours(resource: dict[str, Any], row: CriticalReaction) -> bool:
    return any(one.get("value") == str(row.pk) for one in resource.get("identifier") or ())


def _is_on_its_way(row: CriticalReaction) -> bool:
    return bool(Message.objects.filter(subject_id=row.pk, kind=KIND, state__in=UNFINISHED).exists())


def _mark(row: CriticalReaction, state: str, error: str = "") -> None:
    row.kj_state, row.kj_error = state, error[:255]
    row.save(update_fields=["kj_state", "kj_error"])


def _settle(message: Message, state: str) -> None:
    message.state, message.settled_at, message.token = state, clock.now(), ""
    message.save(update_fields=["state", "settled_at", "token"])


def take_in(patient_key: UUID, found: Iterable[CriticalReaction], *, source: str) -> int:
    """Keep what a source tells, beside our own; returns how many are new. The same agent and reaction is the same
    reaction. KJ's word on what it keeps stands, unless ours is on its way there."""
    own = list(CriticalReaction.objects.select_for_update().filter(patient_key=patient_key))
    added = 0
    for new in found:
        same = _same(own, new)
        if same is None:
            new.save(force_insert=True)
            reactions.remember(new, "found", {}, by_name=new.registered_by)
            own.append(new)
            added += new.active
        else:
            _recognised(same, new, source)
    if added:
        MedicationList.objects.filter(patient_key=patient_key).update(
            no_known_reactions_at=None, no_known_reactions_by=""
        )
    return added


def carried_by_list(patient_key: UUID, at: datetime) -> None:
    """RF has taken the list of this moment, and the reactions in it."""
    rows = CriticalReaction.objects.filter(patient_key=patient_key, updated__lte=at, agent_code__gt="")
    for row in rows.exclude(agent_kind="excipient"):
        if "PLL" not in row.known_to:
            row.known_to = [*row.known_to, "PLL"]
            row.save(update_fields=["known_to"])


def _same(own: list[CriticalReaction], new: CriticalReaction) -> CriticalReaction | None:
    by_id = next((row for row in own if new.kj_id and row.kj_id == new.kj_id), None)
    return by_id or next((row for row in own if reaction_match.same(told(row), told(new))), None)


def _recognised(same: CriticalReaction, new: CriticalReaction, source: str) -> None:
    before = snapshot(same)
    if source not in same.known_to:
        same.known_to = [*same.known_to, source]
    if source == "KJ" and same.kj_state != "waiting":
        same.kj_id, same.kj_state, same.kj_error = new.kj_id or same.kj_id, "told", ""
        if new.verification == "2" and same.active:
            same.verification, same.certainty, same.active = "2", "", False
            same.updated = clock.now()
    same.save()
    if snapshot(same) != before:
        reactions.remember(same, "updated", before, by_name="Kjernejournal")
