"""What our own screens would have warned about: told, never in the way (fhir.md 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.fhir.data_sharing import outcome
from sfm.medication.models import Treatment
from sfm.medication.queries import warnings

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor

Resource = dict[str, Any]
MOST = 20


def of(patient: UUID, by: Actor, trace_id: str) -> Resource | None:  # noqa: ARG001
    """The warnings of the patient's list that nobody has handled, as an OperationOutcome; None without any."""
    rows = set(Treatment.objects.filter(patient_key=patient, lifecycle="active").values_list("pk", flat=True))
    unhandled = warnings.unhandled(patient, rows)
    alerts = {judged.alert.key: judged.alert for found in unhandled.values() for judged in found}
    if not alerts:
        return None
    issues = [
        {
            "severity": "warning",
            "code": "business-rule",
            "details": {"text": f"{alert.title}. Varselet er ikke håndtert."},
        }
        for alert in list(alerts.values())[:MOST]
    ]
    made = outcome.information(issues[0], trace_id)
    made["issue"] = [*issues, *made["issue"][1:]]
    return {"name": "advice", "resource": made}
