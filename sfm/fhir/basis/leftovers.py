"""What a refused sending left behind. The portals keep it for the person to mend; a record system that came through
Basis has its own copy and sends it anew, so it is taken back here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core.errors import Conflict
from sfm.exchange.models import MedicationDocument, Message
from sfm.medication.actions import undoing
from sfm.medication.models import Prescription, Treatment

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor

UNSENT = "Pasienten har endringer som er laget i SFM og ikke sendt. Send eller angre dem i SFM først."
FATAL = ("rejected", "resign", "blocked")


def clear(patient: UUID, by: Actor) -> int:
    """Undo what came back from sendings of Basis. Returns how many rows it was."""
    rows = [row for row in _unsent(patient) if _is_ours(row)]
    for row in rows:
        undoing.undo(treatment_id=row.pk, by=by, patient=patient, version=row.version)
    return len(rows)


def require_none(patient: UUID) -> None:
    """Raises Conflict: a sending takes everything unsent with it, and this nobody has shown to the client."""
    if _unsent(patient):
        raise Conflict(UNSENT, code="SFM-BASIS-UNSENT")


def _unsent(patient: UUID) -> list[Treatment]:
    return list(Treatment.objects.filter(patient_key=patient).exclude(unsent_verb=""))


def _is_ours(row: Treatment) -> bool:
    about = Prescription.objects.filter(patient_key=row.patient_key, treatment_id=row.pk).values("pk")
    failed = Message.objects.filter(subject_id__in=about, direction="out", state__in=FATAL)
    intents = failed.exclude(intent_id=None).values("intent_id")
    return bool(MedicationDocument.objects.filter(kind="send", intent_id__in=intents).exists())
