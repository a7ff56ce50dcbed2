"""(Meldingshistorikk) What went out and came in for a patient, and sending again what may be sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import OuterRef, Subquery

from sfm.core import clock
from sfm.core.errors import Conflict, NotFound
from sfm.exchange import dispatch, queueing
from sfm.exchange.models import Message
from sfm.medication.actions import ledger
from sfm.medication.models import Prescription, Treatment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from sfm.core.actor import Actor

TITLES = {
    "ERM1": "Resept",
    "ERM5": "Tilbakekalling",
    "ERM251": "Legemiddelliste (PLL)",
    "ERM95": "Oppslag resepter",
    "ERM911": "Oppslag legemiddelliste",
    "ERM52": "Kvittering på tilbakekalling",
    "ERM96": "Resepter fra Reseptformidleren",
    "ERM912": "Legemiddelliste fra Reseptformidleren",
    "ERM97": "Spørsmål om utleveringer",
    "ERM98": "Utleveringer på resept",
    "AppRec": "Kvittering",
    "ERMV": "Verifisering av virksomheten",
    "ERM6": "Utleveringsrapport",
    "ERM7": "Resept tilbakekalt av andre",
    "ERM8": "Utleveringsrapport fastlege",
    "ERM15": "Svar fra DMP",
    "ERM252": "Spørsmål fra apotek",
    "ERM253": "Multidose pakket",
    "ERM28": "Endret multidoseansvar",
    "KJ": "Oppslag kjernejournal",
    "HELFO-Q": "Vedtaksspørring til Helfo",
    "HELFO-F": "Skjema fra Helfo",
    "HELFO-S": "Søknad til Helfo",
    "HELFO-T": "Svar fra Helfo",
    "KI": "Oppslag kritisk informasjon",
    "": "Melding som ikke kan leses",
}
STATES = {
    "queued": "Venter på sending",
    "held": "Sendes om litt",
    "sending": "Sendes …",
    "accepted": "Mottatt",
    "rejected": "Avvist",
    "unknown": "Ukjent utfall, undersøkes",
    "awaiting_confirmation": "Sendt – venter på bekreftelse",
    "resign": "Må signeres på nytt",
    "withdrawn": "Trukket før sending",
    "blocked": "Holdt tilbake",
    "failed": "Ikke besvart",
    "received": "Mottatt, behandles",
    "quarantined": "Avvist, i karantene i 30 dager",
}
ASKING = ("ERM95", "ERM911", "ERM97", "KJ", "KI", "HELFO-Q")  # questions: the answer is the receipt
SHOWN = 200
WAITING = ("queued", "held", "sending", "unknown")
ABOUT_ONE = ("ERM1", "ERM5")  # their subject is a prescription


@dataclass(frozen=True, kw_only=True)
class MessageLine:
    id: UUID
    direction: str  # in | out
    kind: str
    title: str
    about: str  # the medicine it concerns: «Pantoprazol enterotab 20 mg»; "" when it concerns the list, or no row
    at: datetime
    by: str
    state: str
    state_text: str
    error_text: str
    can_resend: bool
    can_undo: bool

    @property
    def waiting(self) -> bool:
        """Its fate is not known yet, and a worker has it."""
        return self.state in WAITING


def state_text(kind: str, state: str) -> str:
    return "Besvart" if kind in ASKING and state == "accepted" else STATES.get(state, state)


def of_sending(intent_id: UUID, *, patient_key: UUID, actor: Actor) -> tuple[MessageLine, ...]:
    """The messages of one signing act, in the order they go out. Two SQL queries."""
    actor.require("lib.view")
    found = Message.objects.filter(patient_key=patient_key, intent_id=intent_id, direction="out")
    order = {"ERM1": 0, "ERM5": 1, "ERM251": 2}
    rows = sorted(found.defer("raw", "receipt", "claims"), key=lambda row: order.get(row.kind, 3))
    return _lines(rows, actor)


def of(patient_key: UUID, actor: Actor) -> tuple[MessageLine, ...]:
    """The patient's messages, newest first. Two SQL queries; no content is opened."""
    actor.require("lib.view")
    found = (
        Message.objects.filter(patient_key=patient_key)
        .order_by("-generated_at")
        .defer("raw", "receipt", "claims")
    )
    return _lines(
        [row for row in found[:SHOWN] if not (row.kind == "ERM911" and row.state == "queued")], actor
    )


def _lines(rows: list[Message], actor: Actor) -> tuple[MessageLine, ...]:
    names = _names({row.subject_id for row in rows if row.kind in ABOUT_ONE and row.subject_id})
    return tuple(_line(row, actor, names.get(row.subject_id, "") if row.subject_id else "") for row in rows)


def _names(prescriptions: Iterable[UUID]) -> dict[UUID, str]:
    """The medicine of each prescription, as its treatment is called now."""
    treatment = Treatment.objects.filter(pk=OuterRef("treatment_id")).values("name_form_strength")[:1]
    found = Prescription.objects.filter(pk__in=prescriptions).annotate(name=Subquery(treatment))
    return {pk: name or "" for pk, name in found.values_list("pk", "name")}


def resend(*, message_id: UUID, by: Actor, patient: UUID) -> None:
    """The same bytes once more, for an unknown outcome within the four minutes. Raises Conflict when it is too late."""
    with transaction.atomic():
        message = _own(message_id, patient)
        if not _can_resend(message, by):
            raise Conflict("Meldingen kan ikke sendes på nytt. Signer på nytt i stedet.")
        Message.objects.filter(pk=message.pk).update(state="unknown")
        queueing.put_sending(message, order=queueing.LIST if message.kind == "ERM251" else queueing.FIRST)
        ledger.audit("message.resent", by=by, patient=patient, subject=message)
        queueing.wake(by.journal_id)


def undo(*, message_id: UUID, by: Actor, patient: UUID) -> None:
    """«Angre sending», while the message is still held in the house."""
    with transaction.atomic():
        message = _own(message_id, patient)
        if message.signed_by != by.practitioner_id or not dispatch.withdraw(message):
            raise Conflict("Meldingen er allerede sendt.")
        ledger.audit("message.withdrawn", by=by, patient=patient, subject=message)


def _own(message_id: UUID, patient: UUID) -> Message:
    message = (
        Message.objects.select_for_update()
        .filter(pk=message_id, patient_key=patient, direction="out")
        .first()
    )
    if message is None:
        raise NotFound
    return message


def _can_resend(row: Message, actor: Actor) -> bool:
    fresh = clock.now() - row.generated_at <= dispatch.FRESH
    return row.state == "awaiting_confirmation" and fresh and row.signed_by == actor.practitioner_id


def _line(row: Message, actor: Actor, about: str) -> MessageLine:
    return MessageLine(
        id=row.pk,
        direction=row.direction,
        kind=row.kind,
        title=TITLES.get(row.kind, row.kind),
        about=about,
        at=row.generated_at,
        by=row.signed_by_name or "Reseptformidleren",
        state=row.state,
        state_text=state_text(row.kind, row.state),
        error_text="; ".join(error["text"] for error in row.errors),
        can_resend=_can_resend(row, actor),
        can_undo=row.state == "held" and row.signed_by == actor.practitioner_id,
    )
