"""(LAR) Whether a patient is under LAR, what is prescribed as LAR, and what that says of one more prescription."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication import particulars
from sfm.medication.models import Lifecycle, MedicationList, Prescription, Treatment
from sfm.medication.queries import chains
from sfm.medication.rules import lar
from sfm.medication.rules.lar import Standing

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.medication.content import TreatmentContent
    from sfm.medication.particulars import DispensingRequest


def is_flagged(patient_key: UUID) -> bool:
    return bool(MedicationList.objects.filter(patient_key=patient_key, in_lar=True).exists())


def standing(patient_key: UUID, *, but: UUID | None = None) -> tuple[Standing, ...]:
    """LAR prescriptions that hold, or are about to be sent. `but`: the treatment one is writing."""
    return tuple(
        Standing(
            name=row.name_form_strength,
            her_id=wanted.her_id if wanted else "",
            pharmacy=wanted.name if wanted else "",
        )
        for row, wanted in _requests(patient_key)
        if row.pk != but
    )


def usual_request(patient_key: UUID) -> DispensingRequest | None:
    """Where the patient's LAR medicine goes now: proposed for the next prescription."""
    return next((wanted for _, wanted in _requests(patient_key) if wanted is not None), None)


def problems(
    content: TreatmentContent, *, patient_key: UUID, treatment_id: UUID | None = None
) -> dict[str, str]:
    """By field."""
    terms = content.prescription
    if terms is None or not terms.particulars.lar:
        return {}
    said = lar.other_pharmacy(content, standing(patient_key, but=treatment_id))
    return {"pharmacy": said} if said else {}


def notes(
    content: TreatmentContent, *, patient_key: UUID, treatment_id: UUID | None = None
) -> tuple[str, ...]:
    if content.prescription is None or not lar.concerns(content.product.atc):
        return ()
    others = standing(patient_key, but=treatment_id)
    return lar.notes(content, in_lar=is_flagged(patient_key), standing=others)


def _requests(patient_key: UUID) -> list[tuple[Treatment, DispensingRequest | None]]:
    rows = Treatment.objects.filter(
        patient_key=patient_key,
        atc__startswith=lar.DRUGS,
        lifecycle__in=(Lifecycle.ACTIVE, Lifecycle.SUSPENDED),
    ).order_by("name_form_strength", "pk")
    found = {row.pk: row for row in rows if not row.has_ended}
    if not found:
        return []
    written = Prescription.objects.filter(patient_key=patient_key, treatment_id__in=found)
    chained = chains.by_treatment(written.order_by("-prescribed_on", "-created"))
    requests = []
    for pk, chain in chained.items():
        one = chain.unsent or chain.active
        said = particulars.from_data(one.particulars) if one else particulars.NONE
        if said.lar:
            requests.append((found[pk], said.dispensing_request))
    return requests
