"""The published texts of the codes RF answers with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sfm.simulators.rf.verdict import RF_CODES

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
STATUS = {
    "A": "Avslått søknad fra SLV",
    "B": "Under behandling av SLV",
    "E": "Ekspederbar",
    "F": "Foreldet",
    "H": "HPR mangler fødselsnummer",
    "R": "Resept avsluttet",
    "T": "Tilbakekalt",
    "U": "Under ekspedering",
    "X": "Ugyldig",
}
RECALL_REASON = {
    "1": "Fornying",
    "2": "Seponering",
    "3": "Fornying med endring",
    "4": "Annen",
    "5": "Administrativ sletting",
}


@cache
def rf_codes() -> dict[str, str]:
    """Every code of 7419 with its published text; two of them have none."""
    lines = (Path(__file__).parent / "codes_7419.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.partition("\t") for line in lines if line and not line.startswith("#"))
    return {code: text for code, _, text in rows}


def text_of(code: str, system: str = RF_CODES) -> str:
    """What RF says for a code; unknown codes say so."""
    known = rf_codes() if system == RF_CODES else TRANSPORT
    return known.get(code) or f"Feil {code} fra Reseptformidleren"
