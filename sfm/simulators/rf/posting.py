"""Asynchronous messages (M5.2, M6, M7, M8, M15, M25.2, M25.3, M28): built, queued, and posted to the product's door."""

from __future__ import annotations

import base64
import os
import random
import threading
import uuid
from contextlib import suppress
from datetime import timedelta

import httpx
from django.db import close_old_connections, connection, transaction
from lxml import etree

from sfm.simulators.client import TIMEOUT, http
from sfm.simulators.rf import state
from sfm.simulators.rf.models import Event, Organisation, Outgoing, Patient, Practitioner, Prescription
from sfm.simulators.rf.writing import (
    FK1,
    Heading,
    attach,
    document,
    ident,
    organisation_part,
    put,
    rf_part,
    root,
    stamp,
    start,
    to_bytes,
)

KITH = "http://www.kith.no/xmlstds/eresept/"
RECEIPT_TEXTS = {
    "1": "Resept tilbakekalt",
    "2": "Resepten er under ekspedering, blir tilbakekalt når ekspedering avsluttes",
}
_RETRY_SECONDS = (2, 5, 10, 30, 60, 300)
_IN_HAND = timedelta(seconds=2 * TIMEOUT)  # nobody else tries while one attempt may still be under way
_UNDER_WAY = "underveis"  # stands in `answer` as long as an attempt is in somebody's hands
_wake = threading.Event()
_started = threading.Lock()
_threads: list[threading.Thread] = []


def recall_receipt(prescription: Prescription, status: str) -> None:
    """M5.2 to the one who recalled."""
    recall = prescription.recall or {}
    body = root(f"{KITH}m52/2013-12-01", "KvitteringTilbakekalling")
    put(body, "ReseptId", prescription.resept_id)
    put(body, "Status", V=status, S="2.16.578.1.12.4.1.1.7503", DN=RECEIPT_TEXTS[status])
    send(
        Heading(type="ERM52", name="Kvittering på tilbakekalling av resept", parent=recall["msg_id"]),
        body,
        her=recall["her"],
        hpr=recall["hpr"],
        about=prescription.resept_id,
    )


def deleted_by_other(prescription: Prescription) -> None:
    """M7 to the original prescriber, with the M5 that did it."""
    recall = prescription.recall or {}
    body = root(f"{KITH}m7/2008-05-01", "SlettetReseptRF")
    put(body, "Tidspunkt", stamp(state.now()))
    send(
        Heading(type="ERM7", name="Slettet resept i RF", parent=recall["msg_id"]),
        body,
        her=prescription.her,
        hpr=prescription.hpr,
        attachment=base64.b64decode(recall["xml"]),
        about=prescription.resept_id,
    )


def patient_part(info: etree._Element, patient: Patient) -> None:
    part = put(info, "Patient")
    put(part, "FamilyName", patient.family)
    put(part, "GivenName", patient.given)
    d_number = patient.pid[0] in "4567"
    if d_number and patient.born:
        put(part, "DateOfBirth", patient.born.isoformat())
    if patient.sex:
        names = {"1": "Mann", "2": "Kvinne", "9": "Ikke spesifisert", "0": "Ikke kjent"}
        put(part, "Sex", V=patient.sex, DN=names[patient.sex])
    ident(part, patient.pid, "DNR" if d_number else "FNR")
    address = put(part, "Address")
    put(address, "Type", V="H", DN="Bostedsadresse")
    put(address, "PostalCode", patient.postal_code)
    put(address, "City", patient.city)
    put(address, "County", V="0301", DN="Oslo")


def send(
    heading: Heading,
    body: etree._Element,
    *,
    her: str,
    hpr: str = "",
    patient: Patient | None = None,
    attachment: bytes = b"",
    about: str = "",
) -> bytes:
    """Queue a message to an organisation. One that never spoke with RF here keeps its messages in RF."""
    organisation = Organisation.objects.filter(her=her).first()
    if organisation is None:
        return b""
    msg_id = heading.msg_id or str(uuid.uuid4())
    head, info = start(
        Heading(
            type=heading.type,
            name=heading.name,
            msg_id=msg_id,
            parent=heading.parent,
            conversation=heading.conversation,
        )
    )
    rf_part(put(info, "Sender"))
    organisation_part(put(info, "Receiver"), organisation, Practitioner.objects.filter(hpr=hpr).first())
    if patient:
        patient_part(info, patient)
    document(head, body)
    if attachment:
        attach(head, attachment, compress=False)
    written = to_bytes(head)
    Outgoing.objects.create(
        msg_id=msg_id,
        type=heading.type,
        her=her,
        pid=patient.pid if patient else "",
        about=about,
        xml=written,
        state="waiting" if organisation.connected else "kept",
        next_at=state.now(),
        created=state.now(),
    )
    transaction.on_commit(wake)
    return written


def identifier(parent: etree._Element, tag: str, number: str, kind: str, name: str) -> None:
    """An Ident of the older common types, inside a payload."""
    holder = put(parent, tag)
    put(holder, f"{{{FK1}}}Id", number)
    put(holder, f"{{{FK1}}}TypeId", V=kind, DN=name, S="2.16.578.1.12.4.1.1.9051")


def wake() -> None:
    """See to it that the postman works in this process; called after every commit that queued something."""
    with _started:
        if not _threads or not _threads[0].is_alive():
            _threads[:] = [threading.Thread(target=_work, name="rf-post", daemon=True)]
            _threads[0].start()
    _wake.set()


def _work() -> None:
    while True:
        _wake.wait(timeout=1.0)
        _wake.clear()
        with suppress(Exception):  # the postman must outlive any single bad day
            round_of_post()
        close_old_connections()


def round_of_post() -> int:
    """Deliver what is due, then the news for KJ. Returns how many messages were attempted."""
    attempted = 0
    if state.get("async_enabled"):
        due = list(Outgoing.objects.filter(state="waiting", next_at__lte=state.now()).order_by("id"))
        if state.get("async_order") == "shuffle":
            random.shuffle(due)
        for message in due:
            attempted += _deliver(message)
    _tell_kj()
    connection.close()
    return attempted


def post_now() -> int:
    """A round in which nothing waits for its next attempt. What somebody has in hand stays in their hands."""
    Outgoing.objects.filter(state="waiting").exclude(answer=_UNDER_WAY).update(next_at=state.now())
    return round_of_post()


def _deliver(message: Outgoing) -> int:
    address = os.environ.get("SFM_RF_ASYNC_URL", "")
    if not address or not _claim(message):
        return 0
    headers = {"Content-Type": "application/xml", "X-Her-Id": message.her}
    secret = os.environ.get("SFM_RF_ASYNC_SECRET", "")
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    try:
        answer = httpx.post(address, content=bytes(message.xml), headers=headers, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        message.answer = f"{type(error).__name__}"
        status = 0
    else:
        status, message.answer = answer.status_code, f"{answer.status_code} {answer.text[:4000]}"
    if 200 <= status < 300:
        message.state = "delivered"
    elif 400 <= status < 500 and status not in {408, 425, 429}:
        message.state = "refused"
    else:
        message.next_at = state.now() + _pause(message.attempts)
    message.save()
    return 1


def _claim(message: Outgoing) -> bool:
    """Take the message for one attempt, so that two of us never deliver the same one at the same time."""
    taken = Outgoing.objects.filter(id=message.id, attempts=message.attempts, state="waiting").update(
        attempts=message.attempts + 1, next_at=state.now() + _IN_HAND, answer=_UNDER_WAY
    )
    message.attempts += 1
    return bool(taken)


def _pause(attempts: int) -> timedelta:
    """Before the next attempt."""
    return timedelta(seconds=_RETRY_SECONDS[min(attempts, len(_RETRY_SECONDS)) - 1])


def _tell_kj() -> None:
    address = os.environ.get("SFM_KJ_URL", "").rstrip("/")
    waiting = list(Event.objects.filter(sent=False).order_by("id")[:200]) if address else []
    if not waiting:
        return
    try:
        answer = http().post(f"{address}/api/rf-events", json={"events": [event.body for event in waiting]})
    except httpx.HTTPError:
        return
    if answer.status_code == 200:
        Event.objects.filter(id__in=[event.id for event in waiting]).update(sent=True)
