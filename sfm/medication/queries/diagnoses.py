"""Diagnosis codes as FEST knows them: by its code lists, and by the reimbursement codes in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core.codes import volven
from sfm.fest.models import CodeValue, ReimbursementGroup
from sfm.medication.models import StatedDiagnosis
from sfm.medication.particulars import Diagnosis

if TYPE_CHECKING:
    from uuid import UUID

SYSTEMS = {"icpc2": (volven(7170, "").system, "ICPC-2"), "icd10": (volven(7435, "").system, "ICD-10")}
OWN = {"icpc2": volven(7434, "").system}  # Helfo's own codes begin with «-»


def system_of(family: str, code: str) -> str:
    """The list a code belongs to; Helfo's own codes of the ICPC family stand in one of their own."""
    return OWN.get(family, SYSTEMS[family][0]) if code.startswith("-") else SYSTEMS[family][0]


REFUTED = ("refuted", "entered-in-error")


def stated(patient_key: UUID) -> tuple[Diagnosis, ...]:
    """What the record system has said of the patient, newest first; what it has taken back is left out."""
    rows = StatedDiagnosis.objects.filter(patient_key=patient_key).exclude(verification__in=REFUTED)
    return tuple(
        Diagnosis(code=row.code, system=row.system, display=row.display)
        for row in rows.order_by("-updated", "code")
    )


def name_of(code: str, system: str) -> str:
    """ "" when FEST does not know the code."""
    listed = CodeValue.objects.filter(system=system, code=code).values_list("name", flat=True).first()
    if listed:
        return str(listed)
    groups = ReimbursementGroup.objects.filter(codes__contains=[{"code": code, "system": system}])
    for codes in groups.values_list("codes", flat=True)[:1]:
        return next((str(one["name"]) for one in codes if one["code"] == code), "")
    return ""
