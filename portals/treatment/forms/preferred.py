"""What the person has chosen under «Mine innstillinger», where the prescribing form begins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portals.shared import chosen
from portals.treatment.forms import treatment

if TYPE_CHECKING:
    from django.http import HttpRequest

    from portals.treatment.forms.offer import Offer, ReimbursementChoice
    from portals.treatment.forms.treatment import Fields

ICD = ("7110", "7435")  # ICD-10, and the reimbursement codes written with it
ICPC = ("7170", "7434")


def proposed(request: HttpRequest, found: Offer) -> Fields:
    """A new treatment, with the usual type of prescription where there can be one."""
    fields = treatment.proposed(found)
    return fields if found.terms is None else fields | {"rx_type": chosen.of(request, "prescription_kind")}


def ordered(request: HttpRequest, found: Offer) -> Offer:
    """The chosen diagnosis codes first; nothing is left out."""
    first = ICD if chosen.of(request, "diagnosis_system") == "icd10" else ICPC

    def rank(choice: ReimbursementChoice) -> bool:
        return choice.value.rpartition(".")[2] not in first

    return replace(found, reimbursements=tuple(sorted(found.reimbursements, key=rank)))
