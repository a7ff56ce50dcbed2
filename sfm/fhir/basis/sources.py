"""How each source answered a look-up, as the codes of `$getMedication` (fhir.md 4.2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from sfm.exchange.models import LookupSnapshot
from sfm.fhir.basis.parameters import result, said, when
from sfm.medication.models import MedicationList, SourceStatus

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sfm.core.actor import Actor

Resource = dict[str, Any]
RIGHTS = {"RF": ("lib.lookup_rf", "96"), "PLL": ("lib.lookup_rf", "96"), "KJ": ("lib.lookup_kj", "5")}
OK, SILENT, TIMED_OUT, RESERVED, REFUSED = "0", "90", "91", "92", "93"
NO_CONSENT, UNKNOWN_PERSON, NOT_ASKED = "94", "95", "97"
# What the source said → our code. KJF codes as the KJ of tests says them; only KJF-000206 is seen in real answers
MEANINGS = {
    "E01": SILENT,
    "E02": SILENT,
    "358": RESERVED,
    "364": RESERVED,
    "76": NO_CONSENT,
    "363": UNKNOWN_PERSON,
    "287": UNKNOWN_PERSON,
    "KJF-000103": "5",
    "KJF-000204": RESERVED,
    "KJF-000205": NO_CONSENT,
    "KJF-000206": UNKNOWN_PERSON,
}


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The state of the sources when the waiting was over."""

    statuses: dict[str, SourceStatus]
    since: datetime
    by: Actor
    trace_id: str

    def code(self, source: str) -> tuple[str, str]:
        """(code, what the source said)."""
        right, refusal = RIGHTS[source]
        if not self.by.may(right):
            return refusal, ""
        status = self.statuses.get(source)
        if status is None or status.asked_at is None or status.asked_at < self.since:
            return NOT_ASKED, ""
        if status.state == "ok":
            return OK, ""
        if status.state == "asking":
            return TIMED_OUT, f"no answer within {settings.BASIS_SOURCE_WAIT} seconds"
        if status.state == "refused" and not status.error_code:
            return NOT_ASKED, status.error_text
        return MEANINGS.get(status.error_code, REFUSED), f"{status.error_code} {status.error_text}".strip()

    def answered_at(self, source: str) -> datetime | None:
        status = self.statuses.get(source)
        fresh = status is not None and status.succeeded_at is not None and status.succeeded_at >= self.since
        return status.succeeded_at if status and fresh else None

    def parameter(self, name: str, source: str) -> Resource:
        code, text = self.code(source)
        error = f"TraceID: {self.trace_id}. Error: {text}" if text else ""
        return {"name": name, "valueCodeableConcept": result(code, error)}


def statuses(patient: UUID) -> dict[str, SourceStatus]:
    return {status.source: status for status in SourceStatus.objects.filter(patient_key=patient)}


def are_settled(patient: UUID) -> bool:
    return not SourceStatus.objects.filter(patient_key=patient, state="asking").exists()


def parameters(answers: Answers, patient: UUID) -> list[Resource | None]:
    """What `$getMedication` tells beside the document, in the order of real answers."""
    flags = _kj_flags(patient) if answers.answered_at("KJ") else {}
    head = MedicationList.objects.filter(patient_key=patient).first()
    return [
        said("KJHentetTidspunkt", "DateTime", when(answers.answered_at("KJ"))),
        said("RFHentetTidspunkt", "DateTime", when(answers.answered_at("RF"))),
        answers.parameter("KJFeilkode", "KJ"),
        answers.parameter("RFM96Feilkode", "RF"),
        answers.parameter("RFM912Feilkode", "PLL"),
        said("KJHarLegemidler", "Boolean", bool(flags.get("hasMedications"))),
        said("KJHarLaste", "Boolean", bool(flags.get("hasLocked"))),
        said("RFHarLaste", "Boolean", bool(head and head.locked_elsewhere)),
    ]


def _kj_flags(patient: UUID) -> dict[str, Any]:
    found = LookupSnapshot.objects.filter(patient_key=patient, source="KJ").order_by("received_at").last()
    if found is None:
        return {}
    flags = json.loads(bytes(found.raw)).get("flags")
    return flags if isinstance(flags, dict) else {}
