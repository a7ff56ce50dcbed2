"""RF's error codes (kodeverk 7419): how we handle each, and what the user reads (eresept.md 5)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

OID: Final = "2.16.578.1.12.4.1.1.7419"

# What the product does: stop · retry (same bytes, transient) · refresh (ask M9.5, show the difference) ·
# recall_pending (treat as accepted, wait for M5.2) · recall_done (goal reached) · settle (unknown outcome, by
# evidence) · rebuild (new content, new signature) · merge (fetch, merge, approve again) · verify (send Verify again).
USER_TEXTS: Final = {
    "state": "Resepten har endret seg i Reseptformidleren.",
    "rights": "Du har ikke rett til å sende denne.",
    "patient": "Noe er galt med pasientens identitet.",
    "refnr": "Referansenummeret kan ikke brukes.",
    "content": "Reseptformidleren godtok ikke innholdet.",
    "length": "Reseptformidleren godtok ikke innholdet.",
    "dispatch": "Apoteket kan ikke ta imot forespørselen.",
    "pll": "Legemiddellisten kan ikke sendes ennå.",
    "access": "Pasienten har begrenset innsyn.",
    "signature": "Signaturen ble ikke godtatt.",
    "organisation": "Virksomheten er ikke satt opp riktig i Reseptformidleren.",
    "format": "Teknisk feil i meldingen.",
    "rf_internal": "Reseptformidleren har en feil. Vi prøver igjen.",
    "other_actor": "Teknisk feil i meldingen.",
}
_SET_UP_FAULT: Final = "Reseptformidleren har en feil. Leverandøren er varslet."
_OWN_TEXTS: Final = {  # where the sentence of the whole category would mislead
    "226": "Legemiddellisten er endret av en annen. Se forskjellene, og signer på nytt.",
    "330": "Reseptformidleren godtok ikke resepten.",
}


@dataclass(frozen=True, kw_only=True)
class ErrorCode:
    """One code. `category` is the handling class, `display` RF's published text (empty for 36 and 61)."""

    code: str
    category: str
    action: str
    display: str

    @property
    def retry(self) -> bool:
        """Transient: the same bytes may be sent again."""
        return self.action == "retry"

    @property
    def user_text(self) -> str:
        """Our sentence above RF's own."""
        if self.category == "rf_internal" and not self.retry:
            return _SET_UP_FAULT
        if self.code in _OWN_TEXTS:
            return _OWN_TEXTS[self.code]
        return USER_TEXTS[self.category]

    @property
    def shown(self) -> str:
        """RF's text, or something to say when it has none."""
        return self.display or f"Feil {self.code} fra Reseptformidleren"


@cache
def every() -> dict[str, ErrorCode]:
    """All known codes, by code."""
    with (Path(__file__).parent / "data" / "codes_7419.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["code"]: _code(row) for row in rows}


def _code(row: dict[str, str]) -> ErrorCode:
    return ErrorCode(code=row["code"], category=row["class"], action=row["action"], display=row["display"])


def look_up(code: str, display: str = "") -> ErrorCode:
    """A code as RF sent it. One we do not know is a defect in the message, or in the set-up if it says so."""
    known = every().get(code)
    if known is None:
        category = "organisation" if "organisasjon" in display.lower() else "format"
        return ErrorCode(code=code, category=category, action="stop", display=display)
    if display and display != known.display:
        return ErrorCode(code=code, category=known.category, action=known.action, display=display)
    return known
