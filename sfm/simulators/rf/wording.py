"""The published texts of the codes RF answers with."""

from __future__ import annotations

from sfm.simulators.rf.verdict import RF_CODES
from sfm.wire import codes_7419

TRANSPORT = {
    "E10": "Ugyldig meldingsidentifikator",
    "E20": "Lege finnes ikke",
    "E21": "Mottaker finnes ikke",
    "E35": "Pasient finnes ikke i mottakersystemet",
    "S01": "Ugyldig signatur",
    "S02": "Ugyldig sertifikat",
    "T01": "Ikke XML",
    "T02": "XML validerer ikke",
    "T10": "Feil i format",
    "X99": "Annen feil",
}
RECALL_REASON = {
    "1": "Fornying",
    "2": "Seponering",
    "3": "Fornying med endring",
    "4": "Annen",
    "5": "Administrativ sletting",
}


def text_of(code: str, system: str = RF_CODES) -> str:
    """What RF says for a code; unknown codes say so."""
    if system != RF_CODES:
        return TRANSPORT.get(code, f"Feil {code}")
    known = codes_7419.every().get(code)
    return known.shown if known else f"Feil {code} fra Reseptformidleren"
