"""`Patient.link` of type replaces: two entries of one person become one (fhir.md 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sfm.core.errors import Conflict, NotFound
from sfm.core.ids import PatientKey
from sfm.exchange.models import Message
from sfm.fhir.data_sharing import opaque
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault
from sfm.medication.models import CriticalReaction, Prescription, Treatment
from sfm.patients import ticket, vault

if TYPE_CHECKING:
    from sfm.fhir.data_sharing.offers import Call, Resource

CLINICAL: Final = (Treatment, Prescription, CriticalReaction, Message)
HAS_CONTENT: Final = (
    "Pasienten som skal erstattes, har legemiddelopplysninger i SFM. De må føres over og den gamle listen avsluttes "
    "før pasientene slås sammen."
)


def replaced(call: Call, key: PatientKey, content: Resource) -> bool:
    """Close the entries this one replaces. An entry with medicines is refused: history is never moved in silence."""
    gone = [_key(call, link) for link in content.get("link", ()) if link.get("type") == "replaces"]
    for other in gone:
        if any(model.objects.filter(patient_key=other).exists() for model in CLINICAL):
            raise Conflict(HAS_CONTENT, code="SFM-409")
        vault.merge(other, key, by=call.actor)
        ticket.revoke_patient(call.place.journal.pk, other)
    return bool(gone)


def _key(call: Call, link: Resource) -> PatientKey:
    stated = str(link.get("other", {}).get("reference", "")).rpartition("/")[2]
    key = opaque.to_key(stated)
    try:
        if key is not None and vault.open_identities([key]):
            return key
        return call.patient_of(stated)
    except NotFound as error:
        raise BadContent(
            Fault(
                path="Patient.link",
                code="value",
                text="Pasienten som skal erstattes, finnes ikke i journalen.",
                diagnostics="link.other names no patient of this journal",
            )
        ) from error
