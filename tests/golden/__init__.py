"""What must come out, written down: read by people, held by tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sfm.medication.rules import dosage_data, quick

if TYPE_CHECKING:
    from sfm.medication.rules.dosage import Dosage

NBSP = "\u00a0"
DOSAGE_TEXTS = Path(__file__).parent / "dosage_texts.txt"


@dataclass(frozen=True, kw_only=True)
class DosageText:
    unit: str
    entry: str  # a quick entry, or the structure as JSON
    bokmaal: str
    nynorsk: str

    @property
    def dosage(self) -> Dosage:
        if self.entry.startswith("{"):
            return dosage_data.from_data({"unit": self.unit, **json.loads(self.entry)})
        return quick.read(self.entry, self.unit)

    def __str__(self) -> str:
        return f"{self.unit}-{self.entry}"


def dosage_texts() -> list[DosageText]:
    lines = DOSAGE_TEXTS.read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return [
        DosageText(unit=unit, entry=entry, bokmaal=nb.replace("_", NBSP), nynorsk=nn.replace("_", NBSP))
        for unit, entry, nb, nn in rows
    ]
