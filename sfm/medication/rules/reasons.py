"""Why a treatment ends (7494), what then becomes of its prescription, and why something is deleted (9237)."""

from __future__ import annotations

DISCONTINUATION = {
    "A": "Avsluttet behandling",
    "D": "Dobbeltoppføring",
    "I": "Interaksjon med annet legemiddel",
    "L": "Legemiddelreaksjon",
    "M": "Manglende effekt",
    "P": "Pasienten har ikke brukt legemiddelet",
    "S": "Pasienten har selv sluttet med legemiddelet",
    "X": "Annen årsak",
}
NEWER = frozenset(
    "DP"
)  # not in the older copies of 7494: read always, offered by a setting (clinical.md 4.7)
DELETION = {
    "1": "Etter krav fra pasient",
    "2": "Etter krav fra representant for pasient",
    "3": "Etter krav fra annen person som journalopplysningene gjelder",
    "9": "Etter eget tiltak",
}
OWN_INITIATIVE = "9"
PRESCRIPTION_AFTER = {  # what becomes of the prescription when the treatment ends on a date (clinical.md 4.7)
    "has_enough": "Pasienten har nok: resepten tilbakekalles",
    "without_prescription": "Fortsett uten resept: resepten tilbakekalles",
    "may_fetch_more": "Skal kunne hente mer: resepten fornyes til seponeringsdatoen",
}


def offered(*, newer: bool) -> dict[str, str]:
    """The reasons of 7494 a person may choose from."""
    return {code: text for code, text in DISCONTINUATION.items() if newer or code not in NEWER}
