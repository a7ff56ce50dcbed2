"""Of two versions of a treatment, the one a person put together: each field from the side that was chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfm.medication.content import TreatmentContent

PARTS = {  # a field as people see it → the part of the content that holds it
    "name_form_strength": "product",
    "brand": "product",
    "use_type": "use_type",
    "dosage_text": "dosage",
    "indication_text": "indication_text",
    "starts_on": "starts_on",
    "dosage_ends_on": "dosage_ends_on",
    "discontinued_at": "discontinue_on",
    "review_date": "review_date",
    "in_multidose": "in_multidose",
}
THEIRS = "theirs"


def merged(ours: TreatmentContent, theirs: TreatmentContent, chosen: Mapping[str, str]) -> TreatmentContent:
    """Ours, except where theirs was chosen. A field nobody chose about is ours: it was shown as such."""
    taken: dict[str, Any] = {
        part: getattr(theirs, part) for name, part in PARTS.items() if chosen.get(name) == THEIRS
    }
    return replace(ours, **taken)
