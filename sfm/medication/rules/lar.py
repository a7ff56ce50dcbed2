"""(LAR) Legemiddelassistert rehabilitering: one pharmacy dispenses everything, and only a doctor decides.

clinical.md 3.10; eresept.md 4.1: for LAR the request binds all dispensings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfm.medication.content import TreatmentContent

DRUGS = "N07BC"
MANAGE = "lar.manage"
METHOD = "L"  # 7404
NOT_YOURS = "Du har ikke rett til å skrive LAR-resepter."
NOT_LAR = "LAR gjelder bare legemidler i ATC-gruppe N07BC."
UNFLAGGED = "Pasienten er ikke registrert som LAR-pasient. Registrer det under «LAR» før resepten sendes."
WITHOUT = "Pasienten er under LAR-behandling, og denne resepten utleveres ikke som LAR."


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A LAR prescription of another treatment that can be dispensed, or is about to be sent."""

    name: str
    her_id: str
    pharmacy: str


def concerns(atc: str) -> bool:
    return atc.startswith(DRUGS)


def refusal(content: TreatmentContent, *, may_manage: bool) -> str:
    """Why this cannot be a LAR prescription by this person; "" when it can, or is none."""
    terms = content.prescription
    if terms is None or not terms.particulars.lar:
        return ""
    if not may_manage:
        return NOT_YOURS
    if not concerns(content.product.atc):
        return NOT_LAR
    return ""


def other_pharmacy(content: TreatmentContent, standing: tuple[Standing, ...]) -> str:
    """One patient, one pharmacy: a second LAR prescription goes where the first one went."""
    terms = content.prescription
    wanted = terms.particulars.dispensing_request if terms and terms.particulars.lar else None
    if wanted is None or not wanted.her_id:
        return ""
    first = next((one for one in standing if one.her_id and one.her_id != wanted.her_id), None)
    if first is None:
        return ""
    return (
        f"LAR går til ett apotek. {first.name} går til {first.pharmacy}: "
        "velg det, eller seponer eller endre den behandlingen først."
    )


def notes(content: TreatmentContent, *, in_lar: bool, standing: tuple[Standing, ...]) -> tuple[str, ...]:
    """What to know; none of it stops anything."""
    terms = content.prescription
    if terms is None or not concerns(content.product.atc):
        return ()
    if not terms.particulars.lar:
        return (WITHOUT,) if in_lar else ()
    found = [] if in_lar else [UNFLAGGED]
    if standing:
        found.append(f"Pasienten har allerede LAR-resept: {', '.join(one.name for one in standing)}.")
    return tuple(found)
