"""(Forny merkede) What is never renewed in a bunch, and why (clinical.md 5.3): whatever a person must look at first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

APART = ("A", "B")
STALE = "Raden er endret av en annen siden listen ble vist. Se over den."


@dataclass(frozen=True, kw_only=True)
class Facts:
    """About one marked row. `problems`: what the form would say of the renewal, by field."""

    dispensing_group: str
    ended: bool = False
    suspended: bool = False
    conflict: bool = False
    drafted: bool = False
    unsent: bool = False  # has a new prescription already
    prescribed: bool = True  # there is one to renew
    warnings: tuple[str, ...] = ()  # red and CAVE nobody has decided
    problems: Mapping[str, str]
    doubts: tuple[str, ...] = ()  # about the dose, of what the form only warns of


def left_out(facts: Facts) -> str:
    """Why the row is left out, in words for the person; "" when it can be renewed with the others."""
    checks = (
        (facts.ended, "Behandlingen er avsluttet."),
        (facts.suspended, "Behandlingen er pauset. Gjenoppta den først."),
        (facts.unsent, "Har allerede en ny resept som ikke er sendt."),
        (not facts.prescribed, "Har ingen resept å fornye. Velg «Opprett resept»."),
        (facts.dispensing_group in APART, f"Reseptgruppe {facts.dispensing_group} fornyes for seg."),
        (facts.conflict, "Raden er endret både her og et annet sted. Velg hva som skal gjelde."),
        (facts.drafted, "Et utkast venter på raden. Godkjenn eller avvis det først."),
        (bool(facts.warnings), f"Varsel må avgjøres: {'; '.join(facts.warnings)}."),
    )
    first = next((text for stops, text in checks if stops), "")
    return first or " ".join(facts.problems.values()) or " ".join(facts.doubts)
