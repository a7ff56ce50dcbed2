"""What the patient has used before in the same ATC group: a first answer to «hva er prøvd tidligere»."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.medication.models import Lifecycle, Treatment

if TYPE_CHECKING:
    from uuid import UUID

GROUP = 4  # characters of ATC level 3: the therapeutic subgroup's pharmacology
REASONS = {
    "L": "avsluttet på grunn av bivirkning",
    "M": "avsluttet på grunn av manglende effekt",
    "I": "avsluttet på grunn av interaksjon",
}


def before(patient_key: UUID, *, atc: str) -> str:
    """One line per earlier treatment; "" when there is none, or no ATC code to go by."""
    if len(atc) < GROUP:
        return ""
    rows = (
        Treatment.objects.filter(patient_key=patient_key, atc__startswith=atc[:GROUP])
        .exclude(lifecycle=Lifecycle.ENTERED_IN_ERROR)
        .exclude(atc=atc)
        .order_by("starts_on", "name_form_strength")
    )
    return "\n".join(dict.fromkeys(_line(row) for row in rows))


def _line(row: Treatment) -> str:
    began = str(row.starts_on.year) if row.starts_on else ""
    ended = str(clock.local(row.discontinued_at).year) if row.discontinued_at else ""
    period = f"{began}–{ended}" if began or ended else ""
    why = REASONS.get(row.discontinuation_reason, "") if row.lifecycle == Lifecycle.DISCONTINUED else ""
    used = f"{row.name_form_strength} ({period})" if period else row.name_form_strength
    return f"{used}, {why}" if why else used
